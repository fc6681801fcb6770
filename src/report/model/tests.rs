//! The shape of the report against its published schema.

use super::{Report, SCHEMA_VERSION, schema};
use crate::report::{golden, samples};
use serde_json::Value;
use std::path::Path;

/// Problems of a value under a schema, for the words that our schema uses.
fn problems(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return problems(root, target, value, at, found);
    }
    for word in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[word].as_array() {
            let fits = choices.iter().any(|choice| {
                let mut inner = Vec::new();
                problems(root, choice, value, at, &mut inner);
                inner.is_empty()
            });
            if !fits {
                found.push(format!("{at}: fits no choice"));
            }
        }
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{at}: {value} is not in the list"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{at}: {value} is not the constant"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => vec![kind],
    };
    let fits = types.contains(&kind) || kind == "integer" && types.contains(&"number");
    if !fits {
        found.push(format!("{at}: {kind} instead of {types:?}"));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        problems(root, &schema["items"], item, &format!("{at}[{number}]"), found);
    }
    if let Some(map) = value.as_object() {
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(key) {
                found.push(format!("{at}: {key} is missing"));
            }
        }
        for (key, item) in map {
            let inner = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
            match inner {
                Some(inner) => problems(root, inner, item, &format!("{at}.{key}"), found),
                None if schema.get("properties").is_none() => {}
                None => found.push(format!("{at}: {key} is not in the schema")),
            }
        }
    }
}

#[test]
fn reports_are_valid_under_the_published_schema() {
    let root: Value = serde_json::from_str(&schema().unwrap()).unwrap();
    for report in [samples::cascade(), samples::clean(), Report::empty()] {
        let value: Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        let mut found = Vec::new();
        problems(&root, &root, &value, "$", &mut found);
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn the_check_itself_finds_what_is_wrong() {
    let root: Value = serde_json::from_str(&schema().unwrap()).unwrap();
    let mut value = serde_json::to_value(samples::cascade()).unwrap();
    value["accounts"][0]["verdict"] = Value::from("guilty");
    value["timeline"][0]["action"] = Value::from("hacked");
    value["extra"] = Value::from(1);
    value.as_object_mut().unwrap().remove("tool");
    let mut found = Vec::new();
    problems(&root, &root, &value, "$", &mut found);
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn the_published_schema_is_fresh_and_every_field_is_explained() {
    let text = schema().unwrap();
    golden::check_at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/report.schema.json"), &text);
    let root: Value = serde_json::from_str(&text).unwrap();
    let definitions = root["$defs"].as_object().unwrap().values().chain([&root]);
    for definition in definitions {
        for (name, property) in definition["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name} has no description");
        }
    }
}

#[test]
fn absent_means_absent_and_never_null() {
    let json = samples::cascade().to_json().unwrap();
    assert!(!json.contains("null"), "{json}");
    let back: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(back, samples::cascade());
    assert!(json.starts_with(&format!("{{\n  \"schema_version\": \"{SCHEMA_VERSION}\"")));
}
