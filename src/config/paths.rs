//! Paths in a config: one that a file gives is relative to that file's folder, one of `--set` to the
//! working directory, and `~` is the home folder. They are made absolute when a config is read from a
//! file, so that what a run directory keeps means the same from any folder.

use std::path::{Path, PathBuf};

use super::error::Place;
use super::table::Table;
use super::value::{Kind, Value};

/// Every key that is a path: section and key. The empty path is no path, but a default.
const KEYS: &[(&str, &str)] = &[("data", "path"), ("model", "initial_weights")];

/// Makes every path of a config absolute; `folder` is where the config's file lies.
pub(super) fn resolve(root: &mut Table, folder: &Path) {
    for (section, value) in root.values_mut() {
        let Kind::Table(table) = &mut value.kind else { continue };
        for (key, value) in table.values_mut() {
            if KEYS.contains(&(section, key)) {
                make_absolute(value, folder);
            }
        }
    }
}

fn make_absolute(value: &mut Value, folder: &Path) {
    let Kind::String(text) = &mut value.kind else { return };
    if text.is_empty() {
        return;
    }
    let path = match (text.strip_prefix('~'), std::env::home_dir()) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(&*text),
    };
    let written = path.clone();
    let path = if matches!(value.place, Place::Text { .. }) { folder.join(path) } else { path };
    if path != written && !path.exists() && written.exists() {
        let (there, place) = (path.display(), &value.place);
        log::warn!(
            "{place}: paths are relative to the config: {there} is meant, and not what is in the working directory"
        );
    }
    // A working directory that is gone, or no text, leaves the path as it is.
    if let Some(absolute) = std::path::absolute(path).ok().and_then(|path| path.to_str().map(str::to_owned)) {
        *text = absolute;
    }
}
