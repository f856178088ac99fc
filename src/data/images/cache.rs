//! Decoded pictures in a file, so that the next start needs no decoding. The file holds the listing
//! that it was made from, with sizes and times; it counts only where that is still the same. There
//! is one for each folder and way of decoding, written whole or not at all; a damaged one is
//! ignored and replaced.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use flate2::Crc;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::super::error::DataError;
use super::super::files;
use super::{Decoded, Listing, Way};
use crate::config::DataConfig;

/// Changed whenever decoding gives other pixels than before.
const VERSION: u32 = 2;

/// A cache file, there or not.
pub(super) struct Cache {
    file: PathBuf,
    /// All that the pixels depend on.
    listing: String,
}

impl Cache {
    /// The cache of a listing in the folder `caches`.
    pub fn new(caches: &Path, folder: &Path, listing: &Listing, config: &DataConfig) -> Result<Cache, DataError> {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let how = format!("version {VERSION}, {:?}\n", Way::new(config));
        let mut hasher = DefaultHasher::new();
        (&folder, &how).hash(&mut hasher);
        let file = caches.join(format!("images-{:016x}.safetensors", hasher.finish()));
        let mut text = how;
        for path in &listing.paths {
            text += &format!("{} {}\n", files::stamp(path)?, path.display());
        }
        Ok(Cache { file, listing: text })
    }

    /// What the file holds, if it is whole and of just this listing.
    pub fn read(&self) -> Option<Decoded> {
        let bytes = files::read(&self.file).ok()?;
        let (_, header) = SafeTensors::read_metadata(&bytes).ok()?;
        let tensors = SafeTensors::deserialize(&bytes).ok()?;
        let part = |name| tensors.tensor(name).ok();
        let (listing, broken, lost, pixels) = (part("listing")?, part("broken")?, part("lost")?, part("pixels")?);
        let sum: u32 = header.metadata().as_ref()?.get("crc32")?.parse().ok()?;
        if listing.data() != self.listing.as_bytes() || checksum(&[broken.data(), lost.data(), pixels.data()]) != sum {
            return None;
        }
        let (broken, lost) = (serde_json::from_slice(broken.data()).ok()?, serde_json::from_slice(lost.data()).ok()?);
        Some(Decoded { shape: pixels.shape().get(1..)?.to_vec(), pixels: pixels.data().to_vec(), broken, lost })
    }

    /// Writes the file. What can't be kept is decoded again next time: that is no error.
    pub fn write(&self, decoded: &Decoded) {
        let picture: usize = decoded.shape.iter().product();
        let count = decoded.pixels.len() / picture.max(1);
        let shape: Vec<usize> = [&[count], &decoded.shape[..]].concat();
        let broken = serde_json::to_vec(&decoded.broken).expect("numbers and texts");
        let lost = serde_json::to_vec(&decoded.lost).expect("numbers");
        let view = |shape: Vec<usize>, bytes| TensorView::new(Dtype::U8, shape, bytes).expect("a byte an element");
        let listing = self.listing.as_bytes();
        let sum = checksum(&[&broken, &lost, &decoded.pixels]);
        let tensors = [
            ("listing", view(vec![listing.len()], listing)),
            ("broken", view(vec![broken.len()], &broken)),
            ("lost", view(vec![lost.len()], &lost)),
            ("pixels", view(shape, &decoded.pixels)),
        ];
        let metadata = HashMap::from([("crc32".to_string(), sum.to_string())]);
        let bytes = safetensors::serialize(tensors, Some(metadata)).expect("plain names and shapes");
        if let Err(error) = files::write_whole(&self.file, &bytes) {
            log::info!("{}: {error}; the decoded pictures are not kept", self.file.display());
        }
    }
}

fn checksum(parts: &[&[u8]]) -> u32 {
    let mut crc = Crc::new();
    parts.iter().for_each(|part| crc.update(part));
    crc.sum()
}
