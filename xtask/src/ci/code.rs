//! Rust source reduced to its code: comments, texts and tests blanked, lines kept in place.

/// The code of a source file: every comment, string and character literal becomes spaces.
///
/// Not a full lexer, but exact in what it blanks, so that a word found in the result is code.
pub(super) fn code(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_comment(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment(&chars, at),
            '"' => string(&chars, at),
            'r' | 'b' | 'c' if !continues_word(&chars, at) => prefixed_string(&chars, at).unwrap_or(at),
            '\'' => character(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Code without what is compiled for tests only: each item under `#[cfg(test)]` is blanked.
pub(super) fn without_tests(code: &str) -> String {
    let mut text: Vec<char> = code.chars().collect();
    let mut from = 0;
    while let Some((start, end)) = test_item(&text, from) {
        for c in text[start..end].iter_mut().filter(|c| **c != '\n') {
            *c = ' ';
        }
        from = end;
    }
    text.into_iter().collect()
}

/// The modules that this code declares under `#[cfg(test)]` and keeps in files of their own.
pub(super) fn test_modules(code: &str) -> Vec<String> {
    let text: Vec<char> = code.chars().collect();
    let mut modules = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = test_item(&text, from) {
        let item: String = text[start..end].iter().collect();
        let declared = item.strip_suffix(';').and_then(|item| item.rsplit_once("mod "));
        modules.extend(declared.map(|(_, name)| name.trim().to_owned()));
        from = end;
    }
    modules
}

/// Every word (identifier, keyword or number) with the line it stands on and its place.
pub(super) fn words(code: &str) -> impl Iterator<Item = Word<'_>> {
    let mut line = 1;
    let mut counted = 0;
    let is_edge = |c: char| !c.is_alphanumeric() && c != '_';
    code.split(is_edge).filter(|text| !text.is_empty()).map(move |text| {
        let start = text.as_ptr() as usize - code.as_ptr() as usize;
        line += code[counted..start].matches('\n').count();
        counted = start;
        Word { text, line, after: &code[start + text.len()..], before: &code[..start] }
    })
}

/// One word of code.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// Its line, from 1.
    pub(super) line: usize,
    /// The code that follows.
    pub(super) after: &'a str,
    /// The code in front.
    pub(super) before: &'a str,
}

/// What stands between the parentheses (or braces) that open `text`, which starts with the opening
/// one; nothing when they don't close.
pub(super) fn between(text: &str, open: char, close: char) -> Option<&str> {
    let inner = text.strip_prefix(open)?;
    let mut depth = 1;
    for (at, c) in inner.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        if depth == 0 {
            return Some(&inner[..at]);
        }
    }
    None
}

fn line_comment(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// The end of the text whose opening quote stands at `at`.
fn string(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `b"…"`, `c"…"`, `r"…"`, `r#"…"#`, `br#"…"#`, `b'…'` and so on, if one starts at `at`.
fn prefixed_string(chars: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    while at < start + 2 && matches!(chars.get(at), Some('r' | 'b' | 'c')) {
        at += 1;
    }
    let raw = chars[start..at].contains(&'r');
    if !raw {
        return match chars.get(at)? {
            '"' => Some(string(chars, at)),
            '\'' => character(chars, at),
            _ => None,
        };
    }
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    at += hashes;
    if chars.get(at) != Some(&'"') {
        return None;
    }
    at += 1;
    while at < chars.len() {
        let closes = chars[at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        at += 1;
        if closes {
            return Some(at + hashes);
        }
    }
    Some(chars.len())
}

/// The end of the character literal at `at`, or nothing when it is a lifetime.
fn character(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars.get(at + 3..)?.iter().position(|c| *c == '\'')?;
        return Some(at + 3 + close + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}

/// Whether the character in front of `at` makes it the middle of a word.
fn continues_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_' || chars[at - 1] == '\'')
}

/// Where the next item under `#[cfg(test)]` starts (with the attribute) and ends.
fn test_item(text: &[char], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        at += text.get(at..)?.windows(2).position(|pair| pair == ['#', '['])?;
        let end = closing(text, at + 1)?;
        let attribute: String = text[at..end].iter().filter(|c| !c.is_whitespace()).collect();
        if attribute.starts_with("#[cfg(test)") || attribute.starts_with("#[cfg(all(test,") {
            return Some((at, item_end(text, end)));
        }
        at = end;
    }
}

/// The place behind the bracket that closes the one at `at`.
fn closing(text: &[char], at: usize) -> Option<usize> {
    let mut depth = 0;
    for (offset, c) in text[at..].iter().enumerate() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + offset + 1);
        }
    }
    None
}

/// The end of the item that starts at `start`: its semicolon, or the brace that closes its body. A
/// field, a variant or an arm of a match ends with its comma.
fn item_end(text: &[char], start: usize) -> usize {
    let mut at = start;
    while at < text.len() {
        match text[at] {
            ';' => return at + 1,
            ',' if !has_keyword(&text[start..at]) => return at + 1,
            '{' => return closing(text, at).unwrap_or(text.len()),
            '(' | '[' => at = closing(text, at).unwrap_or(text.len()),
            _ => at += 1,
        }
    }
    text.len()
}

/// Whether these are the first words of an item, in which commas separate generic parameters.
fn has_keyword(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    words(&text).any(|word| matches!(word.text, "fn" | "impl" | "struct" | "enum" | "trait" | "type" | "use"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        words(&code(source)).map(|word| word.text.to_owned()).collect()
    }

    #[test]
    fn comments_are_not_code() {
        assert_eq!(found("a // b\nc /* d /* e */ f */ g /// h\n//! i"), ["a", "c", "g"]);
    }

    #[test]
    fn texts_are_not_code() {
        assert_eq!(found(r#"a("b \" c", 'd', '\'', '\u{e9}') e"#), ["a", "e"]);
        assert_eq!(found("r#\"a \" b\"# c br\"d\" e b'f' g b\"h\" r#\"\"# i c\"j\""), ["c", "e", "g", "i"]);
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        assert_eq!(
            found("fn f<'a>(r#type: &'a str) -> &'static str"),
            ["fn", "f", "a", "r", "type", "a", "str", "static", "str"]
        );
        assert_eq!(found("xr\"a\" b"), ["xr", "b"]);
    }

    #[test]
    fn lines_stay_in_place() {
        let source = "a\n/* b\n\n */ c\n\"d\ne\" f";
        let code = code(source);
        let lines: Vec<_> = words(&code).map(|word| (word.text, word.line)).collect();
        assert_eq!(lines, [("a", 1), ("c", 4), ("f", 6)]);
    }

    #[test]
    fn tests_are_taken_out() {
        let source = "a #[cfg(test)] mod tests { fn b() { c } } d #[cfg(test)] use e; f \
                      #[cfg(all(test, unix))] #[test] fn g(h: [u8; 2]) { i } #[cfg(unix)] j";
        let code = without_tests(&code(source));
        let left: Vec<_> = words(&code).map(|word| word.text).collect();
        assert_eq!(left, ["a", "d", "f", "cfg", "unix", "j"]);
    }

    #[test]
    fn an_item_for_tests_ends_where_it_ends() {
        let code = without_tests(
            "a #[cfg(test)] fn b<C, D>(e: C) where D: F<C, D> { g, h } i; S { #[cfg(test)] j: K, l }",
        );
        let left: Vec<_> = words(&code).map(|word| word.text).collect();
        assert_eq!(left, ["a", "i", "S", "l"]);
    }

    #[test]
    fn test_modules_in_their_own_files_are_named() {
        assert_eq!(
            test_modules("#[cfg(test)]\nmod tests;\n#[cfg(test)] pub(crate) mod made { } mod real;"),
            ["tests"]
        );
    }

    #[test]
    fn the_inside_of_parentheses_is_found() {
        assert_eq!(between("(a(b)c) d", '(', ')'), Some("a(b)c"));
        assert_eq!(between("(a", '(', ')'), None);
    }
}
