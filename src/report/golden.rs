//! Comparison with files under `testdata/golden`; `BLESS=1 cargo test` writes them anew.

use std::path::Path;

/// Compares a text with the golden file of this name.
pub fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/golden").join(name);
    check_at(&path, text);
}

/// Compares a text with a file.
pub fn check_at(path: &Path, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        expected == text,
        "{} differs; expected:\n{expected}\ngot:\n{text}\nIf that is right: BLESS=1 cargo test --release",
        path.display()
    );
}
