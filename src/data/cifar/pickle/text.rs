//! Numbers and texts as pickles write them.

/// `12`, or `12L` of Python 2.
pub(super) fn number(line: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(line).ok()?;
    text.strip_suffix('L').unwrap_or(text).parse().ok()
}

/// Two's complement, the lowest byte first.
pub(super) fn signed(bytes: &[u8]) -> i64 {
    let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut all = [sign; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    i64::from_le_bytes(all)
}

/// Protocol 0's texts: Latin-1, with all other letters, line ends and backslashes by number.
pub(super) fn raw_unicode(line: &[u8]) -> Result<String, String> {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let [first, more @ ..] = rest {
        let digits = match (first, more) {
            (b'\\', [b'u', ..]) => 4,
            (b'\\', [b'U', ..]) => 8,
            _ => {
                text.push(char::from(*first));
                rest = more;
                continue;
            }
        };
        let number = more.get(1..=digits).and_then(|digits| std::str::from_utf8(digits).ok());
        let letter = number.and_then(|number| char::from_u32(u32::from_str_radix(number, 16).ok()?));
        text.push(letter.ok_or("a text has a broken escape")?);
        rest = &more[digits + 1..];
    }
    Ok(text)
}

/// Protocol 0's strings: quoted, with Python's escapes.
pub(super) fn quoted(line: &[u8]) -> Result<Vec<u8>, String> {
    let [quote @ (b'\'' | b'"'), inner @ .., last] = line else { return Err("a string has no quotes".into()) };
    if quote != last {
        return Err("a string has no quotes".into());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let [first, more @ ..] = rest {
        let (byte, used) = match (first, more) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'x', high, low, ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16).ok_or("a string has a broken escape");
                ((digit(*high)? << 4 | digit(*low)?) as u8, 4)
            }
            (b'\\', [escaped @ (b'\\' | b'\'' | b'"'), ..]) => (*escaped, 2),
            (b'\\', _) => return Err("a string has a broken escape".into()),
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    Ok(bytes)
}
