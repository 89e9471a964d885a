//! The second back end, on the HDF5 library itself: the oracle that the first is held against.

use super::backend::Backend;
use super::image::{Attribute, Data, Dataset, Image};
use crate::error::{Error, ErrorKind};
use hdf5::types::{IntSize, TypeDescriptor, VarLenUnicode};
use hdf5::{File, Group, Location};
use std::path::Path;

/// HDF5 through the C library (cargo feature `libhdf5`).
#[derive(Clone, Copy, Debug, Default)]
pub struct LibHdf5;

impl Backend for LibHdf5 {
    fn name(&self) -> &'static str {
        "libhdf5"
    }

    fn write(&self, path: &Path, image: &Image) -> Result<(), Error> {
        write(path, image).map_err(|e| {
            Error::new(ErrorKind::Unreadable, format!("cannot make an HDF5 file: {e}"))
                .in_file(path.display().to_string())
                .hint("check the folder and the disk")
        })
    }

    fn read(&self, path: &Path) -> Result<Image, Error> {
        std::fs::metadata(path).map_err(|e| Error::io("read the file", path, e))?;
        read(path).map_err(|e| {
            Error::malformed(format!("the HDF5 file is damaged: {e}"))
                .in_file(path.display().to_string())
                .hint("the file is damaged or not made by adit; import the captures again")
        })
    }
}

fn write(path: &Path, image: &Image) -> hdf5::Result<()> {
    let file = File::create(path)?;
    for (name, value) in &image.attributes {
        write_attribute(&file, name, value)?;
    }
    for dataset in &image.datasets {
        let group = match file.group(&dataset.group) {
            Ok(group) => group,
            Err(_) => file.create_group(&dataset.group)?,
        };
        write_dataset(&group, dataset)?;
    }
    file.close()
}

fn write_dataset(group: &Group, dataset: &Dataset) -> hdf5::Result<()> {
    let extents = |list: &[u64]| list.iter().map(|n| *n as usize).collect::<Vec<_>>();
    let shape = extents(&dataset.shape);
    let made = match &dataset.data {
        Data::Numbers(values) => {
            let mut builder = group.new_dataset::<f64>();
            if let Some(chunks) = &dataset.chunks {
                builder = builder.chunk(extents(chunks)).shuffle().deflate(4);
            }
            let made = builder.shape(shape).create(dataset.name.as_str())?;
            made.write_raw(values)?;
            made
        }
        Data::Text(values) => {
            let made =
                group.new_dataset::<VarLenUnicode>().shape(shape).create(dataset.name.as_str())?;
            made.write_raw(&values.iter().map(|v| unicode(v)).collect::<hdf5::Result<Vec<_>>>()?)?;
            made
        }
    };
    dataset.attributes.iter().try_for_each(|(name, value)| write_attribute(&made, name, value))
}

fn write_attribute(at: &Location, name: &str, value: &Attribute) -> hdf5::Result<()> {
    match value {
        Attribute::Text(text) => {
            at.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&unicode(text)?)
        }
        Attribute::Integer(number) => at.new_attr::<i64>().create(name)?.write_scalar(number),
    }
}

fn unicode(text: &str) -> hdf5::Result<VarLenUnicode> {
    text.parse().map_err(|e| hdf5::Error::from(format!("\"{text}\" cannot be stored: {e}")))
}

fn read(path: &Path) -> hdf5::Result<Image> {
    let file = File::open(path)?;
    let mut image = Image { attributes: read_attributes(&file)?, datasets: vec![] };
    for group in file.groups()? {
        let group_name = group.name().trim_start_matches('/').to_string();
        for dataset in group.datasets()? {
            let path = dataset.name();
            let data = match dataset.dtype()?.to_descriptor()? {
                TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii => Data::Text(
                    dataset.read_raw::<VarLenUnicode>()?.iter().map(|v| v.to_string()).collect(),
                ),
                _ => Data::Numbers(dataset.read_raw::<f64>()?),
            };
            image.datasets.push(Dataset {
                group: group_name.clone(),
                name: path.rsplit('/').next().unwrap_or_default().to_string(),
                shape: dataset.shape().iter().map(|n| *n as u64).collect(),
                data,
                chunks: None,
                attributes: read_attributes(&dataset)?,
            });
        }
    }
    Ok(image)
}

fn read_attributes(at: &Location) -> hdf5::Result<Vec<(String, Attribute)>> {
    let mut list = Vec::new();
    for name in at.attr_names()? {
        let attribute = at.attr(&name)?;
        let value = match attribute.dtype()?.to_descriptor()? {
            TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii => {
                Attribute::Text(attribute.read_scalar::<VarLenUnicode>()?.to_string())
            }
            TypeDescriptor::Integer(IntSize::U8) => Attribute::Integer(attribute.read_scalar()?),
            _ => continue,
        };
        list.push((name, value));
    }
    list.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(list)
}
