//! The default back end: `hdf5-pure`, which needs no C library.

use super::backend::Backend;
use super::image::{Attribute, Data, Dataset, Image};
use super::is_hdf5;
use crate::csv::sheet::read_bytes;
use crate::error::{Error, ErrorKind};
use hdf5_pure::{AttrValue, DType, File, FileBuilder, VlenStringReadOptions};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// gzip level: beyond this, spectra get slower to write and hardly smaller.
const GZIP_LEVEL: u32 = 4;
/// No gzip stream grows by more than this when it is unpacked.
const MOST_INFLATION: u64 = 1100;
/// Bytes of a reference to a variable-length string.
const REFERENCE: u64 = 16;

/// HDF5 in Rust alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pure;

impl Backend for Pure {
    fn name(&self) -> &'static str {
        "hdf5-pure"
    }

    fn write(&self, path: &Path, image: &Image) -> Result<(), Error> {
        let named = path.display().to_string();
        let fault = |e: hdf5_pure::Error| {
            Error::new(ErrorKind::Unreadable, format!("cannot make an HDF5 file: {e}"))
                .in_file(named.clone())
                .hint("this content cannot be stored; write it as CSV")
        };
        let bytes = build(image).finish().map_err(fault)?;
        std::fs::write(path, bytes).map_err(|e| Error::io("write the file", path, e))
    }

    fn read(&self, path: &Path) -> Result<Image, Error> {
        let bytes = read_bytes(path)?;
        parse(bytes).map_err(|e| {
            e.in_file(path.display().to_string())
                .hint("the file is damaged or not made by adit; import the captures again")
        })
    }
}

fn build(image: &Image) -> FileBuilder {
    let mut builder = FileBuilder::new();
    for (name, value) in &image.attributes {
        builder.set_attr(name, attribute(value));
    }
    let mut groups: Vec<&str> = image.datasets.iter().map(|d| d.group.as_str()).collect();
    groups.dedup();
    for name in groups {
        let mut group = builder.create_group(name);
        for dataset in image.datasets.iter().filter(|d| d.group == name) {
            let made = group.create_dataset(&dataset.name);
            match &dataset.data {
                Data::Numbers(values) => made.with_f64_data(values),
                Data::Text(values) => {
                    made.with_vlen_strings(&values.iter().map(String::as_str).collect::<Vec<_>>())
                }
            };
            made.with_shape(&dataset.shape);
            if let Some(chunks) = &dataset.chunks {
                made.with_chunks(chunks).with_shuffle().with_deflate(GZIP_LEVEL);
            }
            for (name, value) in &dataset.attributes {
                made.set_attr(name, attribute(value));
            }
        }
        builder.add_group(group.finish());
    }
    builder
}

fn attribute(value: &Attribute) -> AttrValue {
    match value {
        Attribute::Text(text) => AttrValue::VarLenString(text.clone()),
        Attribute::Integer(number) => AttrValue::I64(*number),
    }
}

/// Reads an image from the bytes of a file. A library that meets damage which it did not foresee
/// must not take the program with it: whatever it panics over is damage too.
fn parse(bytes: Vec<u8>) -> Result<Image, Error> {
    if !is_hdf5(&bytes) {
        return Err(Error::malformed("this is not an HDF5 file"));
    }
    catch_unwind(AssertUnwindSafe(|| parse_unguarded(bytes)))
        .unwrap_or_else(|_| Err(damaged("its structure cannot be followed")))
}

fn damaged(cause: impl std::fmt::Display) -> Error {
    Error::malformed(format!("the HDF5 file is damaged: {cause}"))
}

fn parse_unguarded(bytes: Vec<u8>) -> Result<Image, Error> {
    let size = bytes.len() as u64;
    let file = File::from_bytes(bytes).map_err(damaged)?;
    let root = file.root();
    let mut image =
        Image { attributes: attributes(root.attrs().map_err(damaged)?), datasets: vec![] };
    for group_name in root.groups().map_err(damaged)? {
        let group = root.group(&group_name).map_err(damaged)?;
        for name in group.datasets().map_err(damaged)? {
            let dataset = group.dataset(&name).map_err(damaged)?;
            image.datasets.push(read_dataset(&dataset, &group_name, &name, size)?);
        }
    }
    Ok(image)
}

/// A dataset whose declared size the file cannot hold is refused before memory is asked for.
fn read_dataset(
    dataset: &hdf5_pure::Dataset,
    group: &str,
    name: &str,
    file_size: u64,
) -> Result<Dataset, Error> {
    let shape = dataset.shape().map_err(damaged)?;
    let elements = shape.iter().try_fold(1u64, |product, n| product.checked_mul(*n));
    let too_large = || damaged(format!("{group}/{name} is larger than the file can hold"));
    let elements = elements.ok_or_else(too_large)?;
    let kind = dataset.dtype().map_err(damaged)?;
    let element_size = dataset.element_size().map_err(damaged)?.max(1);
    let most = match kind {
        DType::VariableLengthString => file_size / REFERENCE,
        _ => file_size.saturating_mul(MOST_INFLATION) / element_size,
    };
    if elements > most {
        return Err(too_large());
    }
    let data = match kind {
        DType::F64
        | DType::F32
        | DType::I8
        | DType::I16
        | DType::I32
        | DType::I64
        | DType::U8
        | DType::U16
        | DType::U32
        | DType::U64 => Data::Numbers(dataset.read_f64().map_err(damaged)?),
        DType::VariableLengthString => {
            // Two references may name one string, but no file of ours does that to a great extent.
            let limit = usize::try_from(file_size.saturating_mul(4)).unwrap_or(usize::MAX);
            let limits = VlenStringReadOptions::new().with_max_payload_bytes(limit);
            Data::Text(dataset.read_vlen_strings(limits).map_err(damaged)?)
        }
        DType::String => Data::Text(dataset.read_string().map_err(damaged)?),
        other => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("the dataset {group}/{name} has the type {other}"),
            ));
        }
    };
    if data.len() as u64 != elements {
        return Err(damaged(format!("{group}/{name} has {} elements, not {elements}", data.len())));
    }
    Ok(Dataset {
        group: group.to_string(),
        name: name.to_string(),
        shape,
        data,
        chunks: None,
        attributes: attributes(dataset.attrs().map_err(damaged)?),
    })
}

/// Attributes in the order of their names; other kinds than text and whole numbers are not ours.
fn attributes(found: HashMap<String, AttrValue>) -> Vec<(String, Attribute)> {
    let mut list: Vec<(String, Attribute)> = found
        .into_iter()
        .filter_map(|(name, value)| {
            let value = match value.as_str() {
                Some(text) => Attribute::Text(text.to_string()),
                None => Attribute::Integer(value.as_i64()?),
            };
            Some((name, value))
        })
        .collect();
    list.sort_by(|a, b| a.0.cmp(&b.0));
    list
}
