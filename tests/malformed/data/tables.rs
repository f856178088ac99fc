//! CSV files.

use super::{Case, bytes::*};

pub fn cases() -> Vec<Case> {
    let table =
        |name, contents: &[u8], place, help| Case::new(name, "csv", vec![("t.csv", contents.to_vec())], place, help);
    let cell = "is not a finite number";
    let mut cases = vec![
        table("an empty table", b"", "t.csv: ", "there are no rows"),
        table("blank lines", b"\n\r\n\n", "t.csv: ", "there are no rows"),
        table("blanks", b"  \n   \n", "t.csv", ""),
        table("a header alone", b"a,b,y\n", "t.csv: ", "there are no rows").set("data.header=true"),
        table("one column", b"1\n2\n3\n", "t.csv", "one column"),
        table("a row too short", b"1,2,0\n3,0\n5,6,1\n", "t.csv, row 2: ", "2 columns, where 3 are wanted"),
        table("a row too long", b"1,2,0\n3,4,5,0\n", "t.csv, row 2: ", "4 columns, where 3 are wanted"),
        table("the last row cut off", b"1,2,0\n3,4,1\n5", "t.csv, row 3: ", "1 columns, where 3 are wanted"),
        table("a row too short behind blank lines", b"1,2,0\n\n\n3,0\n", "t.csv, row 4: ", "2 columns"),
        table("nan", b"1,2,0\n3,nan,1\n", "t.csv, row 2: column 2", cell),
        table("infinity", b"1,2,0\n3,inf,1\n", "t.csv, row 2: column 2", cell),
        table("beyond f32", b"1,2,0\n1e39,4,1\n", "t.csv, row 2: column 1", cell),
        table("an empty cell", b"1,2,0\n,4,1\n", "t.csv, row 2: column 1", ""),
        table("a hexadecimal number", b"1,2,0\n0x10,4,1\n", "t.csv, row 2: column 1", cell),
        table("a date", b"1,2,0\n2026-01-01,4,1\n", "t.csv, row 2: column 1", cell),
        table("thousands with a point and a comma", b"1;2;0\n1.000,5;4;1\n", "t.csv, row 2: column 1", ""),
        table("a word between numbers", b"1,2,0\n3,cat,1\n4,5,0\n", "t.csv, row 2: column 2", cell),
        table("zeros of bytes", b"1,2,0\n3,\0,1\n", "t.csv", "save it as UTF-8"),
        table("Latin-1", b"1,2,0\n3,4,1\n5,\xe9,1\n", "t.csv", "UTF-8"),
        table("UTF-16 without its mark", b"1\0,\x002\0\n\x003\0,\x004\0\n\0", "t.csv", "UTF-8"),
        table("a quotation that does not end", b"1,2,0\n\"3,4,1\n5,6,0\n", "t.csv, row 2: ", ""),
        table("a negative class", b"1,2,0\n3,4,-1\n5,6,1\n", "t.csv, row 2: ", "is no class"),
        table("half a class", b"1,2,0\n3,4,0.5\n5,6,1\n", "t.csv, row 2: ", "is no class"),
        table("a class of millions", b"1,2,0\n3,4,5000000\n5,6,1\n", "t.csv", ""),
        table("one class only", b"1,2,0\n3,4,0\n5,6,0\n", "", "class"),
        table("a target beyond the columns", b"1,2,0\n3,4,1\n", "t.csv: ", "no column 7 for the target")
            .set("data.target=7"),
        table("a target of another name", b"a,b,y\n1,2,0\n3,4,1\n", "t.csv, row 1: ", "no column `z` for the target")
            .set("data.header=true")
            .set("data.target=z"),
        table(
            "a development set of all",
            b"1,2,0\n3,4,1\n5,6,0\n7,8,1\n",
            "--set data.dev: data.dev takes 9 of",
            "none is left",
        )
        .set("data.dev=9"),
        table("a folder for a table", b"", "HERE: ", "this is a folder, where a file is wanted").path(""),
        table("no table", b"", "nothing.csv: ", "No such file").path("nothing.csv"),
        table("a file for a folder", b"1,2", "t.csv/x.csv: ", "Not a directory").path("t.csv/x.csv"),
    ];
    let packed = gzip(b"1,2,0\n3,4,1\n");
    let mut flipped = packed.clone();
    let sum = flipped.len() - 6;
    flipped[sum] ^= 1;
    cases.extend([
        table("a packed table cut off", &packed[..packed.len() - 3], "t.csv: ", "the file is truncated"),
        table("a packed table without its body", &packed[..10], "t.csv: ", "the file is truncated"),
        table("a packed table with a flipped bit", &flipped, "t.csv: ", "the file is damaged"),
        table("packed noise", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff\xff", "t.csv: ", "the file is damaged"),
        table("a packed file of nothing", &gzip(b""), "t.csv: ", "there are no rows"),
        table("a bomb of line ends", &bomb(b"1,2,0\n", b'\n', 300), "t.csv: ", "set data.largest"),
        table("a bomb of ones", &bomb(b"1,2,0\n", b'1', 300), "t.csv: ", "it unpacks to more than"),
        table("a bomb beyond what is meant", &bomb(b"1,2,0\n", b'1', 10), "t.csv: ", "more than 1000000 bytes")
            .set("data.largest=1000000"),
        table("a table larger than is meant", b"1,2,0\n3,4,1\n", "t.csv: ", "12 bytes are more than 5")
            .set("data.largest=5"),
    ]);
    let odd = |name, prepare, place, help| Case::new(name, "csv", vec![], place, help).path("t.csv").prepare(prepare);
    cases.extend([
        odd("a pipe", |here| pipe(&here.join("t.csv")), "t.csv: ", "this is a pipe"),
        odd("a socket", |here| socket(&here.join("t.csv")), "t.csv: ", "this is a socket"),
        odd("a device", |here| link("/dev/zero", &here.join("t.csv")), "t.csv: ", "this is a device"),
        odd("a link to itself", |here| circle(&here.join("t.csv")), "t.csv: ", "symbolic links"),
        odd("a link to nothing", |here| link("nowhere", &here.join("t.csv")), "t.csv: ", "No such file"),
        odd("a hole of a gigabyte", |here| hole(&here.join("t.csv"), 1 << 30), "t.csv: ", "begins with 4096 zeros"),
        odd("a hole of a terabyte", |here| hole(&here.join("t.csv"), 1 << 40), "t.csv: ", "set data.largest"),
        odd(
            "what the kernel makes up",
            |here| link("/proc/self/mem", &here.join("t.csv")),
            "t.csv: ",
            "there are no rows",
        ),
    ]);
    cases
}
