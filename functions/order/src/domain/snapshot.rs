//! How an order remembers what its lines were called.

use catalog::Choice;

/// Ends a text that was cut.
const ELLIPSIS: &str = "…";

/// The options of a SKU as one text: `颜色:金色;容量:16G`.
pub(crate) fn options_text(options: &[Choice]) -> String {
    options
        .iter()
        .map(|choice| format!("{}:{}", &*choice.name, &*choice.value))
        .collect::<Vec<_>>()
        .join(";")
}

/// The text in at most so many bytes: whole where it fits, cut between characters and marked as cut where not.
pub(crate) fn shorten(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    if bytes < ELLIPSIS.len() {
        return String::new();
    }
    let kept = text.floor_char_boundary(bytes - ELLIPSIS.len());
    format!("{}{ELLIPSIS}", text[..kept].trim_end())
}

/// A name and its options in at most so many bytes together. The options tell variants of one product apart, so they get
/// up to a third of the room before the name takes the rest.
pub(crate) fn describe(name: &str, options: &str, bytes: usize) -> (String, String) {
    let options = shorten(options, bytes / 3);
    let name = shorten(name, bytes.saturating_sub(options.len()));
    (name, options)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_fits_stays_whole_and_a_longer_one_says_that_it_was_cut() {
        assert_eq!(shorten("华为 P20", 10), "华为 P20");
        assert_eq!(shorten("华为 P20", 9), "华为…");
        assert_eq!(shorten("华为手机", 11), "华为…");
    }

    #[test]
    fn options_leave_two_thirds_of_the_room_to_the_name() {
        let (name, options) = describe(&"华".repeat(50), &"金".repeat(50), 90);
        assert_eq!((name.len(), options.len()), (60, 30));
        let (name, options) = describe(&"华".repeat(50), "金", 90);
        assert_eq!((name.len(), options.len()), (87, 3));
    }

    proptest! {
        #[test]
        fn what_is_shortened_fits(text in "\\PC{0,80}", bytes in 0_usize..200) {
            prop_assert!(shorten(&text, bytes).len() <= bytes);
        }
    }
}
