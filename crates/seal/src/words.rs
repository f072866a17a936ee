//! The two words that both people read to each other, so that nobody stands between them unheard.
//!
//! Each list has 256 words, and the two are never the same one: somebody between the two ends, who must commit before
//! the words are known, is heard in all but 1 of 65,280 attempts. The words of one list differ in at least two letters,
//! accents not counted, and none begins with another. Their order is part of the protocol.

use farhand_proto::language::Language;

use crate::schedule::Secret;

/// Words of each list.
pub const LIST_LENGTH: usize = 256;

/// The words of a list that can follow a word.
const OTHERS: u64 = LIST_LENGTH as u64 - 1;
/// The pairs of words.
const PAIRS: u64 = LIST_LENGTH as u64 * OTHERS;

/// The two words of one seal, in no language yet. They are equal on both ends exactly if nobody stands between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpokenWords([u8; 2]);

impl SpokenWords {
    pub(crate) fn new(secret: &Secret) -> Self {
        let number = secret.first_chunk().expect("a secret has 32 bytes");
        let number = u64::from_le_bytes(*number) % PAIRS;
        let (first, second) = ((number / OTHERS) as u8, (number % OTHERS) as u8);
        Self([first, second + u8::from(second >= first)])
    }

    /// The words, to be shown on both screens in the customer's language.
    #[must_use]
    pub fn in_language(self, language: Language) -> [&'static str; 2] {
        self.0.map(|index| word(language, index))
    }
}

impl std::fmt::Debug for SpokenWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SpokenWords(…)")
    }
}

/// One word in each line.
fn list(language: Language) -> &'static str {
    match language {
        Language::Czech => include_str!("words/czech.txt"),
        Language::Danish => include_str!("words/danish.txt"),
        Language::German => include_str!("words/german.txt"),
        Language::English => include_str!("words/english.txt"),
        Language::Spanish => include_str!("words/spanish.txt"),
        Language::French => include_str!("words/french.txt"),
        Language::Italian => include_str!("words/italian.txt"),
        Language::Dutch => include_str!("words/dutch.txt"),
        Language::Polish => include_str!("words/polish.txt"),
    }
}

fn word(language: Language, index: u8) -> &'static str {
    list(language).lines().nth(usize::from(index)).expect("every list has 256 words")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Letters as a hurried ear takes them: without accents.
    fn bare(word: &str) -> Vec<char> {
        word.chars()
            .flat_map(|letter| match letter {
                'á' | 'à' | 'â' | 'ä' | 'ą' => "a".chars(),
                'å' => "aa".chars(),
                'æ' => "ae".chars(),
                'č' | 'ç' | 'ć' => "c".chars(),
                'ď' => "d".chars(),
                'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' => "e".chars(),
                'í' | 'ì' | 'î' | 'ï' => "i".chars(),
                'ł' => "l".chars(),
                'ň' | 'ñ' | 'ń' => "n".chars(),
                'ó' | 'ò' | 'ô' | 'ö' | 'ø' => "o".chars(),
                'œ' => "oe".chars(),
                'ř' => "r".chars(),
                'š' | 'ś' => "s".chars(),
                'ß' => "ss".chars(),
                'ť' => "t".chars(),
                'ú' | 'ù' | 'û' | 'ü' | 'ů' => "u".chars(),
                'ý' => "y".chars(),
                'ž' | 'ź' | 'ż' => "z".chars(),
                'a'..='z' => ASCII[letter as usize - 'a' as usize].chars(),
                other => panic!("{other:?} in {word:?} is no letter of these languages"),
            })
            .collect()
    }

    const ASCII: [&str; 26] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t",
        "u", "v", "w", "x", "y", "z",
    ];

    /// The fewest letters to change, add or leave out to make one of the other (Levenshtein).
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, left) in a.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, right) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = (above + 1).min(row[j] + 1).min(diagonal + usize::from(left != right));
                diagonal = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn every_list_has_256_words_that_sound_apart() {
        for language in Language::ALL {
            let words: Vec<_> = list(language).lines().map(bare).collect();
            assert_eq!(words.len(), LIST_LENGTH, "{language:?}");
            for (index, word) in words.iter().enumerate() {
                assert!((3..=11).contains(&word.len()), "{language:?} {word:?}");
                for other in &words[..index] {
                    assert!(distance(word, other) >= 2, "{language:?} {word:?} {other:?}");
                    assert!(
                        !word.starts_with(other) && !other.starts_with(word),
                        "{language:?} {word:?} {other:?}"
                    );
                }
            }
        }
    }

    fn of(number: u64) -> SpokenWords {
        let mut secret = Secret::default();
        secret[..8].copy_from_slice(&number.to_le_bytes());
        SpokenWords::new(&secret)
    }

    #[test]
    fn the_first_eight_bytes_choose_two_different_words() {
        let words = |number| of(number).in_language(Language::English);
        let english: Vec<_> = list(Language::English).lines().collect();
        assert_eq!(words(0), [english[0], english[1]]);
        assert_eq!(words(254), [english[0], english[255]]);
        assert_eq!(words(255), [english[1], english[0]]);
        assert_eq!(words(256), [english[1], english[2]]);
        assert_eq!(words(PAIRS - 1), [english[255], english[254]]);
        assert_eq!(words(PAIRS), words(0));
        let pairs: HashSet<_> = (0..PAIRS).map(|number| of(number).0).collect();
        assert_eq!(pairs.len() as u64, PAIRS);
        assert!(pairs.iter().all(|[first, second]| first != second));
    }

    #[test]
    fn the_lists_are_part_of_the_protocol() {
        let hashes: Vec<String> = Language::ALL
            .iter()
            .map(|language| hex::encode(&crate::key::sha256(&[list(*language).as_bytes()])[..8]))
            .collect();
        assert_eq!(
            hashes,
            [
                "aa065d2e79ece00c",
                "d61e6959dc9ffffa",
                "a543c429c8eb8258",
                "a859706f985a67cb",
                "d33968ae405bcfea",
                "5ce8924ae0b93623",
                "d49a81a55b91c83e",
                "828fddfc446a74ec",
                "a9a05165287244d1",
            ]
        );
    }
}
