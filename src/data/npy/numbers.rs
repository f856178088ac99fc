//! Which of NumPy's types are read, and as what.

use std::io;

use npyz::{DType, Deserialize, NpyFile, NpyHeader, TypeChar, half::f16};

use super::super::dataset::Inputs;

/// Makes numbers of what follows a header.
pub(super) type Parser = fn(NpyHeader, Vec<u8>) -> io::Result<Inputs>;

/// The bytes of one number of this type and the parser of many, or what is wrong with the type.
/// Unsigned bytes stay what they are, all others become f32.
pub(super) fn parser(dtype: &DType) -> Result<(u64, Parser), String> {
    let DType::Plain(kind) = dtype else {
        return Err(unread(dtype, "save the fields as the columns of one array"));
    };
    let size = kind.size_field();
    let parser: Parser = match (kind.type_char(), size) {
        (TypeChar::Uint, 1) => |_, values| Ok(Inputs::Bytes { values, maximum: 255.0 }),
        (TypeChar::Bool, 1) => |header, body| reals(header, &body, |x: bool| f32::from(u8::from(x))),
        (TypeChar::Int, 1) => |header, body| reals(header, &body, |x: i8| f32::from(x)),
        (TypeChar::Int, 2) => |header, body| reals(header, &body, |x: i16| f32::from(x)),
        (TypeChar::Int, 4) => |header, body| reals(header, &body, |x: i32| x as f32),
        (TypeChar::Int, 8) => |header, body| reals(header, &body, |x: i64| x as f32),
        (TypeChar::Uint, 2) => |header, body| reals(header, &body, |x: u16| f32::from(x)),
        (TypeChar::Uint, 4) => |header, body| reals(header, &body, |x: u32| x as f32),
        (TypeChar::Uint, 8) => |header, body| reals(header, &body, |x: u64| x as f32),
        (TypeChar::Float, 2) => |header, body| reals(header, &body, f16::to_f32),
        (TypeChar::Float, 4) => |header, body| reals(header, &body, |x: f32| x),
        (TypeChar::Float, 8) => |header, body| reals(header, &body, |x: f64| x as f32),
        (TypeChar::ByteStr | TypeChar::UnicodeStr, _) => {
            return Err(unread(dtype, "np.unique(names, return_inverse=True) makes numbers of names"));
        }
        (TypeChar::Complex, _) => return Err(unread(dtype, "save real and imaginary parts as numbers of their own")),
        _ => return Err(unread(dtype, "save the array as .astype(\"float32\")")),
    };
    Ok((size, parser))
}

fn unread(dtype: &DType, help: &str) -> String {
    let dtype = dtype.descr();
    format!("the type {dtype} is not read; bool, int8 to int64, uint8 to uint64 and float16 to float64 are; {help}")
}

fn reals<T: Deserialize>(header: NpyHeader, body: &[u8], real: impl Fn(T) -> f32) -> io::Result<Inputs> {
    let numbers = NpyFile::with_header(header, body).data::<T>().map_err(io::Error::other)?;
    numbers.map(|number| number.map(&real)).collect::<io::Result<_>>().map(Inputs::Floats)
}
