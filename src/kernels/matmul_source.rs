use super::Source;
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum Form {
    Nn,
    Nt,
    Tn,
}
pub struct Shape {
    pub m: u32,
    pub n: u32,
    pub k: u32,
}
pub struct Epilogue<'a> {
    pub activation: Option<(&'a str, &'a str)>,
    pub extra: bool,
}
pub fn source(_form: Form, _shape: Shape, _epilogue: &Epilogue, _software: bool) -> Source {
    Source { label: String::new(), wgsl: String::new(), constants: vec![], workgroups: [1, 1] }
}
