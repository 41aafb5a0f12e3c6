//! Whether a JPEG is whole. Decoders are lenient: they paint what is missing grey.

const STUFFED: u8 = 0x00;
const START: u8 = 0xd8;
const END: u8 = 0xd9;

/// Whether the picture reaches its end marker. What may follow it is no part of the picture.
///
/// The file is walked by its segments (ITU-T T.81, annex B), because a picture in a picture (a camera's thumbnail) has an end
/// marker of its own.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((marker, after)) = next_marker(rest) {
        rest = match marker {
            END => return true,
            // These have no length: the start, and what stands between the parts of a scan.
            START | 0x01 | 0xd0..=0xd7 => after,
            _ => match after_segment(after) {
                Some(after) => after,
                None => return false,
            },
        };
    }
    false
}

/// The next marker, and what follows it. Before it may be the data of a scan, in which a `0xff` is stuffed with a zero.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let filled = rest.get(rest.iter().position(|byte| *byte == 0xff)?..)?;
        let at = filled.iter().position(|byte| *byte != 0xff)?;
        let (marker, after) = (filled[at], &filled[at + 1..]);
        if marker != STUFFED {
            return Some((marker, after));
        }
        rest = after;
    }
}

fn after_segment(bytes: &[u8]) -> Option<&[u8]> {
    let length = u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]);
    bytes.get(usize::from(length.max(2))..)
}
