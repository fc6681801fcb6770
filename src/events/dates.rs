//! Day or month first: decided once for a whole file.

use super::batch::PendingDate;
use super::ledger::Ledger;
use super::time::DateOrder;

/// Decides the order of the open dates of a file, and says in the ledger how, or that it cannot be.
///
/// In this order: `--date-order`; dates that can be read only one way; records met in another file,
/// where their time is known; rows that are in time order under exactly one reading.
pub(super) fn settle(pending: &[PendingDate], votes: [u32; 2], order: DateOrder, ledger: &mut Ledger) -> DateOrder {
    if order != DateOrder::Undecided {
        ledger.notice("date-order-given", "dates were read in the order given with --date-order");
        return order;
    }
    let only_month = pending.iter().filter(|date| date.readings.day_first.is_none()).count();
    let only_day = pending.iter().filter(|date| date.readings.month_first.is_none()).count();
    let [month_votes, day_votes] = votes;
    match (only_month > 0 || month_votes > 0, only_day > 0 || day_votes > 0) {
        (true, false) => return DateOrder::MonthFirst,
        (false, true) => return DateOrder::DayFirst,
        (true, true) => {
            ledger.notice(
                "date-order-inconsistent",
                "some dates can only be day/month and some only month/day: none of them was dated; pass --date-order dmy or mdy",
            );
            return DateOrder::Undecided;
        }
        (false, false) => {}
    }
    let same = pending.iter().all(|date| date.readings.month_first == date.readings.day_first);
    if same {
        return DateOrder::MonthFirst;
    }
    let month = monotonic(pending.iter().filter_map(|date| date.readings.month_first.map(|time| time.0)));
    let day = monotonic(pending.iter().filter_map(|date| date.readings.day_first.map(|time| time.0)));
    match (month && pending.len() > 2, day && pending.len() > 2) {
        (true, false) => {
            ledger.notice("date-order-inferred", "dates were read as month/day: only so are the rows in time order");
            DateOrder::MonthFirst
        }
        (false, true) => {
            ledger.notice("date-order-inferred", "dates were read as day/month: only so are the rows in time order");
            DateOrder::DayFirst
        }
        _ => {
            ledger.notice(
                "date-order-undecided",
                "dates could be day/month or month/day and nothing decides it: these records are undated; pass --date-order dmy or mdy",
            );
            DateOrder::Undecided
        }
    }
}

/// True if the numbers never fall, or never rise.
fn monotonic(times: impl Iterator<Item = i64>) -> bool {
    let (mut rising, mut falling, mut last) = (true, true, None);
    for time in times {
        if let Some(last) = last {
            rising &= time >= last;
            falling &= time <= last;
        }
        last = Some(time);
    }
    rising || falling
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::time::{Parsed, parse};

    fn settle_texts(texts: &[&str]) -> (DateOrder, Ledger) {
        let pending: Vec<PendingDate> = texts
            .iter()
            .map(|text| match parse(text) {
                Parsed::DayMonth(readings) => PendingDate { event: 0, readings },
                other => panic!("{other:?}"),
            })
            .collect();
        let mut ledger = Ledger::default();
        (settle(&pending, [0, 0], DateOrder::Undecided, &mut ledger), ledger)
    }

    #[test]
    fn one_number_above_twelve_decides_for_the_file() {
        assert_eq!(settle_texts(&["3/4/2023 10:00", "13/4/2023 10:00"]).0, DateOrder::DayFirst);
        assert_eq!(settle_texts(&["3/4/2023 10:00", "4/13/2023 10:00"]).0, DateOrder::MonthFirst);
    }

    #[test]
    fn contradiction_and_silence_leave_the_rows_undated_and_say_so() {
        let (order, ledger) = settle_texts(&["13/4/2023 10:00", "4/13/2023 10:00"]);
        assert_eq!((order, ledger.notices[0].0.as_str()), (DateOrder::Undecided, "date-order-inconsistent"));
        let (order, ledger) = settle_texts(&["3/4/2023 10:00"]);
        assert_eq!((order, ledger.notices[0].0.as_str()), (DateOrder::Undecided, "date-order-undecided"));
    }

    #[test]
    fn rows_in_time_order_under_one_reading_decide() {
        assert_eq!(settle_texts(&["1/2/2023 10:00", "2/1/2023 10:00", "1/3/2023 10:00"]).0, DateOrder::Undecided);
        assert_eq!(settle_texts(&["1/9/2023 10:00", "1/10/2023 10:00", "2/1/2023 10:00"]).0, DateOrder::MonthFirst);
    }
}
