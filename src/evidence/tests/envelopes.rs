//! The same records in every envelope.

use super::*;

#[test]
fn records_are_the_same_in_every_envelope() {
    let records = [r#"{"Id":"1","v":[{"a":"}{"}]}"#, r#"{"Id":"2","v":"\\\"],["}"#, r#"{"Id":"3","v":{}}"#];
    let [one, two, three] = records;
    let string = |text: &str| serde_json::to_string(text).unwrap();
    let strings = records.map(string).join(", ");
    for text in [
        format!("[{one},{two},{three}]"),
        format!("[\n  {one},\n  {two},\n  {three}\n]\n"),
        format!("{one}\n{two}\r\n{three}"),
        format!("{one}{two}{three}"),
        format!("{one},{two},\n{three},"),
        format!("[{one}][{two},{three}]"),
        format!("[{one}]\n\u{feff}[{two}]\n{three}\n"),
        format!("[[{one},{two}],[{three}]]"),
        format!(r#"{{"@odata.context":"x","value":[{one},{two},{three}]}}"#),
        format!("{{\"value\":[{one}],\"Count\":1}}\n{{\"value\":[{two},{three}]}}"),
        format!(r#"{{"d":{{"results":[{one},{two},{three}],"__next":null}}}}"#),
        format!(r#"{{"Results":[{one},{two},{three}],"more":{{"x":[1]}}}}"#),
        format!(r#"{{"records":[{one},{two},{three}]}}"#),
        format!(
            r#"{{"took":1,"hits":{{"total":3,"hits":[{{"_index":"x","_source":{one}}},{{"_index":"x","_source":{two}}},{{"_index":"x","_source":{three}}}]}}}}"#
        ),
        records.iter().map(|text| string(text) + "\n").collect::<String>(),
        format!("[{strings}]"),
        format!("[\r\n    {strings}\r\n]\r\n"),
        format!(r#"{{"value":[{strings}],"Count":3}}"#),
        format!(r#"{{"AuditData":[{strings}]}}"#),
        format!(r#"[{{"RecordType":2,"AuditData":[{}],"x":0}},{{"AuditData" : [ {two}, {} ]}}]"#, string(one), string(three)),
        string(&format!("[{one},{two},{three}]")),
        string(&format!("\u{feff}[\r\n  {one},\r\n  {two},\r\n  {three}\r\n]")),
        string(&format!(r#"{{"@odata.context":"x","value":[{one},{two},{three}]}}"#)),
        string(&format!("{one}\r\n{two}\r\n{three}\r\n")),
        format!("{}\n{}", string(&format!("[{one}]")), string(&format!("[{two},{three}]"))),
        format!("[{},{}]", string(&format!("[{one},{two}]")), string(&format!("[{three}]"))),
        string(&format!("[{strings}]")),
    ] {
        let read = read_any(&text);
        assert_eq!(read.field("Id"), ["1", "2", "3"], "{text}");
        for seen in &read.seen {
            let bytes = text.get(seen.at.offset as usize..).unwrap().get(..seen.at.length as usize).unwrap();
            assert!(bytes.starts_with(['{', '"', '\\']) && bytes.ends_with(['}', '"']), "{bytes}");
        }
    }
}

#[test]
fn one_pretty_object_is_one_record() {
    let read = read_any("{\r\n  \"Id\": \"1\",\r\n  \"v\": [\r\n    {\r\n      \"a\": 1\r\n    }\r\n  ]\r\n}\r\n");
    assert_eq!(read.field("Id"), ["1"]);
    assert_eq!((read.seen[0].at.offset, read.seen[0].at.number), (0, 1));
}

#[test]
fn tables_of_log_analytics_become_objects() {
    let read = read_any(
        r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},{"name":"n","type":"int"}],"rows":[["1",5],["2",null]]},
        {"name":"Other","columns":[{"name":"Id"}],"rows":[["3"]]}]}{"Id":"4"}"#,
    );
    assert_eq!(read.field("Id"), ["1", "2", "3", "4"]);
    assert_eq!(read.field("n"), ["5", "null", "-", "-"]);
}

#[test]
fn a_next_link_on_the_last_page_tells_that_records_are_missing() {
    let page = |link: &str| format!(r#"{{"@odata.nextLink":{link},"value":[{{"Id":"1"}}]}}"#);
    assert!(read_any(page("\"https://graph.example/next\"")).notice("incomplete-export"));
    assert!(!read_any(page("null")).notice("incomplete-export"));
    assert!(!read_any(format!("{}\n{}", page("\"https://graph.example/next\""), page("\"\""))).notice("incomplete-export"));
    assert!(read_any(r#"{"value":[{"Id":"1"}],"@odata.nextLink":"https://x"}"#).notice("incomplete-export"));
}

#[test]
fn empty_pages_and_error_pages_are_told_from_records() {
    let read = read_any(r#"{"@odata.context":"x","value":[]}{"error":{"code":"401","message":"no"}}{"Id":"1"}"#);
    assert_eq!(read.codes(), [Some("empty-page"), Some("error-response"), None]);
    assert!(read.seen[0].ignored && !read.seen[1].ignored);
    assert_eq!(read_any("[]").seen, []);
}

#[test]
fn clixml_objects_are_records_at_their_places() {
    let object = |id: &str| {
        format!(
            "  <Obj RefId=\"{id}\">\r\n    <TN RefId=\"0\"><T>X</T></TN>\r\n    <MS>\r\n      <S N=\"Id\">{id}</S>\r\n    </MS>\r\n  </Obj>\r\n"
        )
    };
    let text = format!(
        "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n{}{}  <S>x</S>\r\n</Objs>",
        object("1"),
        object("2")
    );
    for bytes in [text.as_bytes().to_vec(), [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()] {
        let read = read_any(&bytes);
        assert_eq!(read.field("Id"), ["1", "2", "-"]);
        let unit = if bytes[0] == 0xff { 2 } else { 1 };
        assert_eq!(read.seen[1].at.length as usize, (object("2").trim().len()) * unit);
    }
    let cut = text.split_once("N=\"Id\">2").unwrap().0;
    assert_eq!(read_any(cut).codes(), [None, Some("truncated-record")]);
}
