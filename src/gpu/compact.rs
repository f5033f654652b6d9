//! Shaders' text at the size at which it is shipped: the program's own at compile time, and the build's, which writes the file
//! that browsers fetch.

/// `text` without comments, indentation and empty lines, and the length of that; what exceeds the room is left out.
pub(crate) const fn compact<const ROOM: usize>(text: &[u8]) -> ([u8; ROOM], usize) {
    let mut kept = [0; ROOM];
    let (mut from, mut len, mut line_begins) = (0, 0, true);
    while from < text.len() {
        let c = text[from];
        if c == b'/' && from + 1 < text.len() && text[from + 1] == b'/' {
            while from < text.len() && text[from] != b'\n' {
                from += 1;
            }
            continue;
        }
        if !(line_begins && (c == b' ' || c == b'\n')) {
            if len < ROOM {
                kept[len] = c;
            }
            len += 1;
            line_begins = c == b'\n';
        }
        from += 1;
    }
    (kept, len)
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn comments_indentation_and_empty_lines_go() {
        let text = "// A.\n\nfn f() -> u32 { // b\n    return 6u / 2u;\n\n}\n";
        let expected = "fn f() -> u32 { \nreturn 6u / 2u;\n}\n";
        let (kept, len) = compact::<64>(text.as_bytes());
        assert_eq!(std::str::from_utf8(&kept[..len]).unwrap(), expected);
        assert_eq!(compact::<0>(text.as_bytes()).1, expected.len());
        assert_eq!(compact::<0>(b"x //").1, 2);
    }
}
