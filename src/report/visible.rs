//! Names that others gave, in a terminal or a picture: a control character is shown, never obeyed.

use std::borrow::Cow;

/// The text with every control character but the ends of lines and tabs written out: `\u{1b}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let obeyed = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let show = |letter: char| match obeyed(letter) {
        true => letter.escape_unicode().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(show).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(visible("a\x1b[2Jb\u{9b}c\r\n\tß"), "a\\u{1b}[2Jb\\u{9b}c\\u{d}\n\tß");
        assert!(matches!(visible("learning rate"), std::borrow::Cow::Borrowed(_)));
    }
}
