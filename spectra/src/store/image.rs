//! What an HDF5 file holds, without saying which library writes it.

/// The content of a file: attributes of its root, and datasets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Attributes of the root group.
    pub attributes: Vec<(String, Attribute)>,
    /// Datasets, each in a group one level below the root.
    pub datasets: Vec<Dataset>,
}

/// One attribute. Text is stored as a variable-length UTF-8 string.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// Words.
    Text(String),
    /// A whole number, stored as 64 bits with sign.
    Integer(i64),
}

/// One dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Name of its group.
    pub group: String,
    /// Name in the group, without `/`.
    pub name: String,
    /// Extent of each dimension; their product is the number of elements.
    pub shape: Vec<u64>,
    /// The elements, row-major.
    pub data: Data,
    /// Chunk extents: the data are then compressed (shuffle, gzip). Not kept when read back.
    pub chunks: Option<Vec<u64>>,
    /// Attributes.
    pub attributes: Vec<(String, Attribute)>,
}

/// The elements of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// 64-bit floating point.
    Numbers(Vec<f64>),
    /// Variable-length UTF-8 strings.
    Text(Vec<String>),
}

impl Data {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Data::Numbers(values) => values.len(),
            Data::Text(values) => values.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Dataset {
    /// A dataset of one dimension, not compressed.
    pub(crate) fn list(group: &str, name: &str, data: Data) -> Dataset {
        Dataset {
            group: group.into(),
            name: name.into(),
            shape: vec![data.len() as u64],
            data,
            chunks: None,
            attributes: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, attribute: Attribute) -> Dataset {
        self.attributes.push((name.into(), attribute));
        self
    }

    /// The attribute of that name, if it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(&self.attributes, name)
    }

    /// The attribute of that name, if it is a whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        integer(&self.attributes, name)
    }
}

impl Image {
    /// The dataset at `group/name`.
    pub(crate) fn dataset(&self, group: &str, name: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|d| d.group == group && d.name == name)
    }

    /// The root's attribute of that name, if it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(&self.attributes, name)
    }

    /// The root's attribute of that name, if it is a whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        integer(&self.attributes, name)
    }
}

fn text<'a>(attributes: &'a [(String, Attribute)], name: &str) -> Option<&'a str> {
    attributes.iter().find_map(|(n, a)| match a {
        Attribute::Text(text) if n == name => Some(text.as_str()),
        _ => None,
    })
}

fn integer(attributes: &[(String, Attribute)], name: &str) -> Option<i64> {
    attributes.iter().find_map(|(n, a)| match a {
        Attribute::Integer(number) if n == name => Some(*number),
        _ => None,
    })
}
