//! What is likely to be typed on a keyboard that lacks it: letters and marks of nine European languages.

/// Small letters, by language, the ones that several languages share first; then marks, then capitals.
const CHARACTERS: &str =
    "äöüßéáíóúñèàçêôěščřžýůďťňåæøąęłśćźńżòìùâîûëïœ€–„“”’…«»‚‘—¿¡ÄÖÜÉŠČŘŽÁÍÚŁŚŻÅÆØÑÇÈÀÓĚÝŮĎŤŇĆŹŃ";

/// All of them, the likeliest first. A keyboard has room for some five dozen.
pub(super) fn characters() -> impl Iterator<Item = char> {
    CHARACTERS.chars()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_once() {
        let all = characters().collect::<Vec<_>>();
        let mut distinct = all.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
    }
}
