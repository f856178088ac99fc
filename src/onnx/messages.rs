//! The messages of an ONNX file, as far as they are written here. Numbers of fields, types and attributes are
//! those of onnx.proto.

use prost::Message;

/// The file.
#[derive(Clone, PartialEq, Message)]
pub struct Model {
    /// The version of the format.
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    /// Who wrote it.
    #[prost(string, tag = "2")]
    pub producer_name: String,
    /// Their version.
    #[prost(string, tag = "3")]
    pub producer_version: String,
    /// The network.
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    /// Which operators there are.
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSet>,
    /// Whatever else is worth knowing.
    #[prost(message, repeated, tag = "14")]
    pub metadata: Vec<StringPair>,
}

/// A set of operators.
#[derive(Clone, PartialEq, Message)]
pub struct OperatorSet {
    /// Whose; empty: ONNX's own.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// Which version.
    #[prost(int64, tag = "2")]
    pub version: i64,
}

/// Two texts.
#[derive(Clone, PartialEq, Message)]
pub struct StringPair {
    /// What is said.
    #[prost(string, tag = "1")]
    pub key: String,
    /// What is said of it.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// A network.
#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    /// In topological order.
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<Node>,
    /// What it is called.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Weights and other constants.
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<Tensor>,
    /// What it is given.
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    /// What it gives.
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

/// One operation.
#[derive(Clone, PartialEq, Message)]
pub struct Node {
    /// The values that it takes.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// The value that it gives.
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// Its own name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// The operator.
    #[prost(string, tag = "4")]
    pub op_type: String,
    /// Its settings.
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<NamedAttribute>,
}

/// A setting. Of the three kinds one is there, and it must be written even where it is 0.
#[derive(Clone, PartialEq, Message)]
pub struct NamedAttribute {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// A real.
    #[prost(float, optional, tag = "2")]
    pub f: Option<f32>,
    /// An integer.
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    /// Several integers.
    #[prost(int64, repeated, tag = "8")]
    pub ints: Vec<i64>,
    /// Which of these: 1, 2 or 7.
    #[prost(int32, tag = "20")]
    pub kind: i32,
}

/// A constant.
#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    /// Its shape.
    #[prost(int64, repeated, tag = "1")]
    pub dims: Vec<i64>,
    /// [`REALS`] or [`INTEGERS`].
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    /// Its name.
    #[prost(string, tag = "8")]
    pub name: String,
    /// Its numbers, the last axis fastest, each with its lowest byte first.
    #[prost(bytes = "vec", tag = "9")]
    pub raw_data: Vec<u8>,
}

/// The type of f32.
pub const REALS: i32 = 1;
/// The type of i64.
pub const INTEGERS: i32 = 7;

/// An input or an output.
#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// What it is.
    #[prost(message, optional, tag = "2")]
    pub kind: Option<Type>,
}

/// What a value is.
#[derive(Clone, PartialEq, Message)]
pub struct Type {
    /// A tensor; the other kinds are not written here.
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

/// What a tensor is.
#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    /// [`REALS`].
    #[prost(int32, tag = "1")]
    pub elem_type: i32,
    /// Its extents.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<TensorShape>,
}

/// The extents of a tensor.
#[derive(Clone, PartialEq, Message)]
pub struct TensorShape {
    /// Along each axis.
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// An axis.
#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    /// Its extent.
    #[prost(oneof = "Extent", tags = "1, 2")]
    pub extent: Option<Extent>,
}

/// The extent of an axis.
#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum Extent {
    /// This long.
    #[prost(int64, tag = "1")]
    Value(i64),
    /// As long as it comes, by a name.
    #[prost(string, tag = "2")]
    Name(String),
}

impl ValueInfo {
    /// Examples of this shape, however many.
    pub fn reals(name: &str, shape: &[usize]) -> Self {
        let extents = shape.iter().map(|&extent| Extent::Value(extent as i64));
        let extents = [Extent::Name("batch".into())].into_iter().chain(extents);
        let dim = extents.map(|extent| Dimension { extent: Some(extent) }).collect();
        let tensor = TensorType { elem_type: REALS, shape: Some(TensorShape { dim }) };
        ValueInfo { name: name.into(), kind: Some(Type { tensor: Some(tensor) }) }
    }

    /// The extents behind the batch's axis, where the first has a name and the others are numbers.
    pub fn shape(&self) -> Option<Vec<usize>> {
        let shape = self.kind.as_ref()?.tensor.as_ref()?.shape.as_ref()?;
        let [Dimension { extent: Some(Extent::Name(_)) }, extents @ ..] = &shape.dim[..] else { return None };
        let extent = |dimension: &Dimension| match dimension.extent {
            Some(Extent::Value(extent)) => usize::try_from(extent).ok(),
            _ => None,
        };
        extents.iter().map(extent).collect()
    }
}
