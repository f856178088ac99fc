//! What a pickle says, without ever doing it: the machine that pickles are programs of, reduced to noting
//! what it would have made. Values lie in one list and name each other by their place there, so that no
//! nesting is too deep, nothing is ever copied, and memory is bounded by the number of instructions. (A
//! general library reads nested values by recursion, and copies whatever a pickle mentions twice.)

mod text;

use std::borrow::Cow;
use std::collections::HashMap;

use text::{number, quoted, raw_unicode, signed};

/// Instructions at most. The largest file of CIFAR's has 400,000.
const INSTRUCTIONS: usize = 1 << 21;

/// A value's place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(u32);

/// A value, as far as data sets have them.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// `None`, numbers that are no whole ones, marks of sets: nothing that is looked for.
    Other,
    /// Also `True` and `False`.
    Integer(i64),
    /// Python 2's `str`, Python 3's `bytes`.
    Bytes(Cow<'a, [u8]>),
    /// In UTF-8, if the file is right.
    Text(Cow<'a, [u8]>),
    /// A list, a tuple, a set.
    Items(Vec<Id>),
    /// A dictionary.
    Pairs(Vec<(Id, Id)>),
    /// A class or function by its last name.
    Global(Cow<'a, [u8]>),
    /// What a call would return, had it been made; and what it would be told to restore itself from.
    Call { of: Id, arguments: Id, state: Option<Id> },
}

/// All values of a pickle.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    values: Vec<Value<'a>>,
    root: Id,
}

impl<'a> Pickle<'a> {
    /// Reads a pickle of any protocol.
    pub fn read(bytes: &'a [u8]) -> Result<Pickle<'a>, String> {
        let mut machine = Machine { rest: bytes, values: vec![], stack: vec![], marks: vec![], memo: HashMap::new() };
        let outcome = machine.run();
        let at = bytes.len() - machine.rest.len();
        let root = outcome.map_err(|what| format!("{what}, at byte {at}"))?;
        Ok(Pickle { values: machine.values, root })
    }

    /// The value that the whole pickle is.
    pub fn root(&self) -> Id {
        self.root
    }

    pub fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    /// What a dictionary has under a key.
    pub fn entry(&self, dictionary: Id, key: &str) -> Option<Id> {
        let Value::Pairs(pairs) = self.get(dictionary) else { return None };
        let named = |id: Id| match self.get(id) {
            Value::Bytes(name) => **name == *key.as_bytes(),
            Value::Text(name) => **name == *key.as_bytes(),
            _ => false,
        };
        pairs.iter().rev().find(|(own, _)| named(*own)).map(|(_, value)| *value)
    }

    /// The members of a list or tuple.
    pub fn items(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Items(items) => Some(items),
            _ => None,
        }
    }

    pub fn integer(&self, id: Id) -> Option<i64> {
        match self.get(id) {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A text of either kind.
    pub fn text(&self, id: Id) -> Option<String> {
        match self.get(id) {
            Value::Bytes(text) => Some(String::from_utf8_lossy(text).into_owned()),
            Value::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        }
    }

    /// Bytes, also as Python 3 writes them for Python 2: as a text that is to be encoded as Latin-1.
    pub fn bytes(&self, id: Id) -> Option<Cow<'_, [u8]>> {
        match self.get(id) {
            Value::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            Value::Call { arguments, .. } if self.callee(id) == Some("encode") => {
                let &[text, encoding] = self.items(*arguments)? else { return None };
                let (Value::Text(text), "latin1" | "latin-1") = (self.get(text), self.text(encoding)?.as_str()) else {
                    return None;
                };
                let text = std::str::from_utf8(text).ok()?;
                text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>().map(Cow::Owned)
            }
            _ => None,
        }
    }

    /// The name of what would be called.
    pub fn callee(&self, id: Id) -> Option<&str> {
        let Value::Call { of, .. } = self.get(id) else { return None };
        let Value::Global(name) = self.get(*of) else { return None };
        std::str::from_utf8(name).ok()
    }
}

struct Machine<'a> {
    rest: &'a [u8],
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

impl<'a> Machine<'a> {
    fn run(&mut self) -> Result<Id, String> {
        for _ in 0..INSTRUCTIONS {
            match self.byte()? {
                b'.' => return self.pop(),
                instruction => self.step(instruction)?,
            }
        }
        Err(format!("more than {INSTRUCTIONS} instructions"))
    }

    /// One instruction, by the names in Python's pickletools.
    fn step(&mut self, instruction: u8) -> Result<(), String> {
        match instruction {
            0x80 => self.take(1).map(drop)?, // PROTO
            0x95 => self.take(8).map(drop)?, // FRAME
            b'(' => self.marks.push(self.stack.len()),
            b'0' => match self.marks.last() {
                Some(mark) if *mark == self.stack.len() => drop(self.marks.pop()),
                _ => drop(self.pop()?),
            },
            b'1' => drop(self.popped()?),
            b'2' => self.stack.push(self.top()?),
            b'p' | b'q' | b'r' | 0x94 => {
                let at = if instruction == 0x94 { self.memo.len() as u64 } else { self.place(instruction)? };
                self.memo.insert(at, self.top()?);
            }
            b'g' | b'h' | b'j' => {
                let at = self.place(instruction)?;
                let id = self.memo.get(&at).ok_or_else(|| format!("there is no value {at} to repeat"))?;
                self.stack.push(*id);
            }
            b'c' => {
                self.line()?;
                let name = self.line()?;
                self.push(Value::Global(Cow::Borrowed(name)));
            }
            0x93 => {
                let name = self.pop()?;
                self.pop()?;
                let Value::Text(name) = &self.values[name.0 as usize] else { return Err("a name is no text".into()) };
                let name = name.clone();
                self.push(Value::Global(name));
            }
            b'R' | 0x81 => self.call()?, // REDUCE, NEWOBJ
            0x92 => {
                self.pop()?; // NEWOBJ_EX: arguments by name
                self.call()?;
            }
            b'o' => {
                let arguments = self.popped()?;
                let [class, arguments @ ..] = &arguments[..] else { return Err("an object has no class".into()) };
                let class = *class;
                self.stack.push(class);
                self.push(Value::Items(arguments.to_vec()));
                self.call()?;
            }
            b'i' => {
                self.line()?;
                let name = self.line()?;
                let arguments = self.popped()?;
                self.push(Value::Global(Cow::Borrowed(name)));
                self.push(Value::Items(arguments));
                self.call()?;
            }
            b'b' => {
                let (state, object) = (self.pop()?, self.top()?);
                if let Value::Call { state: own, .. } = &mut self.values[object.0 as usize] {
                    *own = Some(state);
                }
            }
            b')' | b']' | b't' | b'l' | b'a' | b'e' | 0x85..=0x87 | 0x8f..=0x91 => self.list(instruction)?,
            b'}' | b'd' | b's' | b'u' => self.dictionary(instruction)?,
            _ => {
                let value = self.plain(instruction)?;
                self.push(value);
            }
        }
        Ok(())
    }

    /// Lists, tuples and sets.
    fn list(&mut self, instruction: u8) -> Result<(), String> {
        match instruction {
            b')' | b']' | 0x8f => self.push(Value::Items(vec![])),
            b't' | b'l' | 0x91 => {
                let items = self.popped()?;
                self.push(Value::Items(items));
            }
            b'a' | b'e' | 0x90 => {
                let items = if instruction == b'a' { vec![self.pop()?] } else { self.popped()? };
                let list = self.top()?;
                let Value::Items(own) = &mut self.values[list.0 as usize] else {
                    return Err("what is added to is no list".into());
                };
                own.extend(items);
            }
            // TUPLE1, TUPLE2, TUPLE3
            _ => {
                let count = usize::from(instruction - 0x84);
                let least = self.marks.last().copied().unwrap_or(0);
                let start = self.stack.len().checked_sub(count).filter(|start| *start >= least).ok_or(EMPTY)?;
                let items = self.stack.split_off(start);
                self.push(Value::Items(items));
            }
        }
        Ok(())
    }

    fn dictionary(&mut self, instruction: u8) -> Result<(), String> {
        let pairs = match instruction {
            b'}' => vec![],
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                vec![(key, value)]
            }
            _ => self.popped()?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
        };
        if matches!(instruction, b'}' | b'd') {
            self.push(Value::Pairs(pairs));
            return Ok(());
        }
        let dictionary = self.top()?;
        let Value::Pairs(own) = &mut self.values[dictionary.0 as usize] else {
            return Err("what is added to is no dictionary".into());
        };
        own.extend(pairs);
        Ok(())
    }

    /// A value without parts.
    fn plain(&mut self, instruction: u8) -> Result<Value<'a>, String> {
        Ok(match instruction {
            b'N' => Value::Other,
            0x88 | 0x89 => Value::Integer(i64::from(instruction == 0x88)),
            b'I' | b'L' => number(self.line()?).map_or(Value::Other, Value::Integer),
            b'F' => self.line().map(|_| Value::Other)?,
            b'G' => self.take(8).map(|_| Value::Other)?,
            b'J' => Value::Integer(i64::from(self.size(4)? as u32 as i32)),
            b'K' => Value::Integer(self.size(1)? as i64),
            b'M' => Value::Integer(self.size(2)? as i64),
            0x8a | 0x8b => {
                let bytes = self.counted(if instruction == 0x8a { 1 } else { 4 })?;
                if bytes.len() > 8 { Value::Other } else { Value::Integer(signed(bytes)) }
            }
            b'S' => Value::Bytes(Cow::Owned(quoted(self.line()?)?)),
            b'U' | b'C' => Value::Bytes(Cow::Borrowed(self.counted(1)?)),
            b'T' | b'B' => Value::Bytes(Cow::Borrowed(self.counted(4)?)),
            0x8e | 0x96 => Value::Bytes(Cow::Borrowed(self.counted(8)?)),
            b'V' => Value::Text(Cow::Owned(raw_unicode(self.line()?)?.into_bytes())),
            0x8c => Value::Text(Cow::Borrowed(self.counted(1)?)),
            b'X' => Value::Text(Cow::Borrowed(self.counted(4)?)),
            0x8d => Value::Text(Cow::Borrowed(self.counted(8)?)),
            _ => return Err(format!("the instruction {instruction:#04x} is none that data sets have")),
        })
    }

    fn call(&mut self) -> Result<(), String> {
        let (arguments, of) = (self.pop()?, self.pop()?);
        self.push(Value::Call { of, arguments, state: None });
        Ok(())
    }

    fn push(&mut self, value: Value<'a>) {
        // There are fewer values than instructions times three.
        self.stack.push(Id(self.values.len() as u32));
        self.values.push(value);
    }

    fn pop(&mut self) -> Result<Id, String> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    /// The last value since the last mark.
    fn top(&self) -> Result<Id, String> {
        let start = self.marks.last().copied().unwrap_or(0);
        self.stack[start..].last().copied().ok_or_else(|| EMPTY.to_string())
    }

    /// All values since the last mark.
    fn popped(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().ok_or(EMPTY)?;
        Ok(self.stack.split_off(mark))
    }

    /// Where in the memo: as a line, as one byte, as four.
    fn place(&mut self, instruction: u8) -> Result<u64, String> {
        match instruction {
            b'p' | b'g' => number(self.line()?).and_then(|at| u64::try_from(at).ok()).ok_or("no number".into()),
            b'q' | b'h' => self.size(1),
            _ => self.size(4),
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("it ends too early")?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    /// A number of so many bytes, the lowest first.
    fn size(&mut self, bytes: usize) -> Result<u64, String> {
        Ok(self.take(bytes)?.iter().rev().fold(0, |size, byte| size << 8 | u64::from(*byte)))
    }

    /// As many bytes as a number before them says.
    fn counted(&mut self, bytes: usize) -> Result<&'a [u8], String> {
        let count = self.size(bytes)?;
        self.take(usize::try_from(count).map_err(|_| "it ends too early")?)
    }

    fn line(&mut self) -> Result<&'a [u8], String> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or("it ends within a line")?;
        let line = &self.take(end + 1)?[..end];
        Ok(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

const EMPTY: &str = "a value is wanted where none is left";
