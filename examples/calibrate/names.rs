//! Names of invented people and companies.

use std::collections::BTreeSet;

use crate::simulation::chance::Chance;

const FIRST: &[&str] = &[
    "Ada", "Amir", "Anke", "Asta", "Bea", "Boris", "Carla", "Cem", "Clive", "Dana", "Dev", "Edda", "Elif", "Emil", "Fay", "Femi", "Fritz",
    "Gala", "Greg", "Hana", "Hugo", "Ida", "Igor", "Ines", "Ivo", "Jan", "Jana", "Jude", "Kai", "Karin", "Kofi", "Lars", "Lea", "Luis",
    "Mara", "Milo", "Mona", "Nils", "Nora", "Olga", "Omar", "Otto", "Pia", "Piet", "Quinn", "Rosa", "Rune", "Sanna", "Silas", "Tara",
    "Theo", "Ugo", "Uma", "Vera", "Viggo", "Wanda", "Wim", "Xenia", "Yara", "Yusuf", "Zita", "Zoltan",
];
const LAST: &[&str] = &[
    "Abbot", "Adler", "Akande", "Albers", "Arden", "Baier", "Banks", "Becerra", "Birch", "Boone", "Brandt", "Busch", "Caldwell", "Cano",
    "Carver", "Chen", "Corbin", "Dahl", "Darby", "Dumas", "Eckert", "Egan", "Esposito", "Falk", "Farrow", "Fiore", "Frost", "Galvin",
    "Garza", "Gruber", "Haas", "Hale", "Hartley", "Henke", "Holm", "Ibarra", "Ingram", "Jansen", "Jardine", "Keller", "Kerr", "Khan",
    "Kowal", "Lang", "Larkin", "Leduc", "Lindt", "Lowry", "Maier", "Marsh", "Mbeki", "Moreau", "Moser", "Nagel", "Novak", "Nunes", "Oakes",
    "Ober", "Olsen", "Osei", "Parr", "Patel", "Pereira", "Pohl", "Quigley", "Rahman", "Reiter", "Ricci", "Rowe", "Sasaki", "Sauer", "Shah",
    "Silva", "Sommer", "Stark", "Tanaka", "Thorne", "Torres", "Ude", "Ulrich", "Vance", "Vidal", "Vogt", "Walsh", "Weber", "Wirth", "Xu",
    "Yates", "Young", "Zapata", "Zeller", "Zuniga",
];

/// Companies: name, domain, first label of the onmicrosoft.com domain.
pub const COMPANIES: &[(&str, &str, &str)] = &[
    ("Alder Row Clinics", "alderrow.example", "alderrow"),
    ("Basalt Freight", "basalt-freight.example", "basaltfreight"),
    ("Copperfield Roofing", "copperfield-roofing.example", "copperfieldroofing"),
    ("Dunmore Optics", "dunmore-optics.example", "dunmoreoptics"),
    ("Ellerby Foods", "ellerbyfoods.example", "ellerbyfoods"),
    ("Fenwick Marine", "fenwick-marine.example", "fenwickmarine"),
    ("Granby Textiles", "granby-textiles.example", "granbytextiles"),
    ("Hollin Care", "hollincare.example", "hollincare"),
    ("Inverley Seeds", "inverley.example", "inverley"),
    ("Jasper Lane Homes", "jasperlane.example", "jasperlane"),
    ("Kettleby Tools", "kettleby.example", "kettleby"),
    ("Larkrise Schools", "larkrise-schools.example", "larkriseschools"),
    ("Morrow Design", "morrow-design.example", "morrowdesign"),
    ("Netherby Glass", "netherby-glass.example", "netherbyglass"),
    ("Ombersley Pumps", "ombersley.example", "ombersley"),
    ("Pellow Architects", "pellow.example", "pellow"),
    ("Quarrendon Law", "quarrendon-law.example", "quarrendonlaw"),
    ("Rowanbank Dairy", "rowanbank.example", "rowanbank"),
    ("Selby Signs", "selbysigns.example", "selbysigns"),
    ("Tarrant Wind", "tarrant-wind.example", "tarrantwind"),
    ("Uplyme Nurseries", "uplyme.example", "uplyme"),
    ("Varley Print", "varley-print.example", "varleyprint"),
    ("Wexcombe Grain", "wexcombe.example", "wexcombe"),
    ("Yarrow Hotels", "yarrow-hotels.example", "yarrowhotels"),
];

/// That many names, no two with the same initial and last name.
pub fn people(chance: &mut Chance, count: usize) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    while names.len() < count {
        let (first, last) = (chance.pick(FIRST), chance.pick(LAST));
        if taken.insert((first.chars().next(), last)) {
            names.push(format!("{first} {last}"));
        }
    }
    names
}
