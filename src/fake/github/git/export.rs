//! Into a folder that git itself reads: loose objects, refs and a head (gitrepository-layout; RFC 1950 and 1951 for the
//! objects' zlib, in stored blocks).

use std::fs;
use std::io;
use std::path::Path;

use super::Git;

/// The longest block that is stored as it is.
const BLOCK_MOST: usize = 0xffff;

impl Git {
    /// Writes a bare repository into an empty `folder`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        for sub in ["objects/pack", "refs/heads", "refs/tags"] {
            fs::create_dir_all(folder.join(sub))?;
        }
        fs::write(folder.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")?;
        fs::write(folder.join("HEAD"), format!("ref: refs/heads/{}\n", self.default_branch))?;
        for (oid, object) in &self.objects {
            let name = oid.to_string();
            let (first, rest) = name.split_at(2);
            let place = folder.join("objects").join(first);
            fs::create_dir_all(&place)?;
            let mut whole = format!("{} {}\0", object.kind.word(), object.bytes.len()).into_bytes();
            whole.extend(&object.bytes);
            fs::write(place.join(rest), stored(&whole))?;
        }
        for (name, oid) in &self.refs {
            let place = folder.join(name);
            fs::create_dir_all(place.parent().unwrap_or(folder))?;
            fs::write(place, format!("{oid}\n"))?;
        }
        Ok(())
    }
}

/// As zlib, without making it smaller.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(BLOCK_MOST).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    zlib.extend(((high << 16) | low).to_be_bytes());
    zlib
}
