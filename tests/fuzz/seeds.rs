//! Small files of every format, most of them right.

use std::io::{Cursor, Write};

use gradus::train::{Model, Snapshot, read_weights, write_weights};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Those, and the first of them packed.
fn and_packed(mut seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    seeds.push(gzip(&seeds[0]));
    seeds
}

pub fn csv() -> Vec<Vec<u8>> {
    let texts = [
        "1,2,0\n3,4,1\n5.5,-6e-3,0\n",
        "a,b,y\n1,2,0\n3,4,1\n",
        "1;2;0\r\n\r\n3;4;1\r\n",
        "\"1\",\"2\",\"0\"\n 3 , 4 ,1",
        "1\t2\tcat\n3\t4\tdog\n",
        "1,2\n",
    ];
    and_packed(texts.map(|text| text.as_bytes().to_vec()).to_vec())
}

pub fn idx() -> Vec<Vec<u8>> {
    let file = |lengths: &[u32], bytes: &[u8]| {
        let lengths: Vec<u8> = lengths.iter().flat_map(|length| length.to_be_bytes()).collect();
        [&[0, 0, 8, (lengths.len() / 4) as u8], &lengths[..], bytes].concat()
    };
    and_packed(vec![file(&[2, 2, 2], &[1, 2, 3, 4, 5, 6, 7, 8]), file(&[3], &[0, 1, 2]), file(&[2, 4], &[9; 8])])
}

/// An .npy file by its type and shape.
fn array(kind: &str, order: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), body].concat()
}

pub fn npy() -> Vec<Vec<u8>> {
    vec![
        array("|u1", "False", "(2, 3, 2, 2)", &[7; 24]),
        array("<f4", "True", "(2, 3, 2, 2)", &[1; 96]),
        array(">f8", "False", "(1, 12)", &[0; 96]),
        array("<i2", "False", "(1, 2, 2, 3)", &[3; 24]),
        array("<f2", "False", "(12,)", &[2; 24]),
        array("|b1", "True", "(1, 3, 2, 2)", &[1; 12]),
        array("[('a', '<f4'), ('b', '<i4', (2,))]", "False", "(2,)", &[0; 24]),
    ]
}

pub fn npz() -> Vec<Vec<u8>> {
    use zip::{CompressionMethod, write::SimpleFileOptions};
    let archive = |method, names: [&str; 2]| {
        let mut archive = zip::ZipWriter::new(Cursor::new(vec![]));
        let arrays = [array("|u1", "False", "(2, 3)", &[7; 6]), array("<i8", "False", "(2,)", &[0; 16])];
        for (name, bytes) in names.iter().zip(arrays) {
            archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("memory");
            archive.write_all(&bytes).expect("memory");
        }
        archive.finish().expect("memory").into_inner()
    };
    vec![
        archive(CompressionMethod::Stored, ["x.npy", "y.npy"]),
        archive(CompressionMethod::Deflated, ["x.npy", "y.npy"]),
        archive(CompressionMethod::Stored, ["x_train.npy", "y_train.npy"]),
    ]
}

/// Small ones; those of every protocol are in tests/fuzz/pickle, packed.
pub fn pickle() -> Vec<Vec<u8>> {
    let array = b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87R(K\x01K\x00M\x00\x0c\
        \x86cnumpy\ndtype\nq\x03U\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x00tb";
    let batch = [b"\x80\x02}q\x00(U\x04data", &array[..], b"U\x06labels](eu."].concat();
    let names = b"\x80\x02}q\x00(U\x0blabel_names](U\x01aU\x01bX\x01\x00\x00\x00ceu.".to_vec();
    let many = b"(lp0\nI1\naL12L\naF1.5\naS'a\\x41'\nV\\u0041\na(dp1\nS'k'\nN\x88s.".to_vec();
    let calls = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x01m\x8c\x01n\x93\x94)R}b(i\x01m\nn\n\x8a\x02\xff\x00\x8f(K\x01\x90.".to_vec();
    vec![batch, names, many, calls]
}

/// More are in tests/fuzz/pictures.
pub fn pictures() -> Vec<Vec<u8>> {
    let write = |image: &image::DynamicImage, format| {
        let mut bytes = Cursor::new(vec![]);
        image.write_to(&mut bytes, format).expect("memory");
        bytes.into_inner()
    };
    let gray = image::DynamicImage::ImageLuma8(image::GrayImage::from_pixel(3, 2, image::Luma([9])));
    vec![write(&gray, image::ImageFormat::Png), write(&gray, image::ImageFormat::Jpeg)]
}

pub fn data_json() -> Vec<Vec<u8>> {
    let overrides = ["data.source=digits".to_string()];
    let config = gradus::config::Config::default_with(&overrides).expect("a config");
    let dataset = gradus::data::load(&config.data, true, 1).expect("digits");
    let digits = gradus::data::Signature::of(&dataset).to_json();
    vec![digits.into_bytes(), b"[".repeat(5_000), b"{\"a\":".repeat(5_000)]
}

pub fn configs() -> Vec<Vec<u8>> {
    let blocks = "[data]\nsource = 'csv'\npath = 'a.csv'\n[model]\nloss = 'normal'\nwidth = 2\n[[model.layers]]\nop = 'repeat'\ntimes = 3\n\
        layers = [{ op = 'block', layers = [{ op = 'dense', units = 4 }] }]\n[optimizer]\ntype = 'sgd'\n\
        learning_rate = { schedule = 'cosine', steps = 100 }\n[train]\nepochs = 2\n";
    vec![
        include_bytes!("../../configs/digits.toml").to_vec(),
        blocks.as_bytes().to_vec(),
        [b"a = ".to_vec(), b"[".repeat(3_000)].concat(),
        [b"a = ".to_vec(), b"{a=".repeat(3_000)].concat(),
        b"a.".repeat(3_000),
        b"model.layers.0.units = 3".to_vec(),
    ]
}

/// Weights of a network, as a run writes them and as others do.
pub fn safetensors(model: &Model) -> Vec<Vec<u8>> {
    let plan = model.plan();
    let parameters = vec![0.5; plan.buffers[plan.ports.parameters].length];
    let state = plan.ports.state.map_or(0, |state| plan.buffers[state].length);
    let snapshot = Snapshot {
        parameters,
        running: plan.initial_running(),
        state: vec![0.25; state],
        updates: 7,
        sums: [0.0; 2],
        schedule: vec![],
        owed: false,
        best: 0.5,
        early: false,
        ..Snapshot::default()
    };
    let plain = write_weights(plan, &snapshot);
    let other =
        b"\x40\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}       \0\0\0\0".to_vec();
    let exported = read_weights(plan, &plain).expect("weights").to_bytes(plan);
    vec![plain, snapshot.to_bytes(plan), exported, other]
}
