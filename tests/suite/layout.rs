//! The house keeps its order: every shader has a twin and every twin a shader, host and shader agree
//! about parameters and bindings, and no file grows into a maze.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use naga::{Scalar, ScalarKind};

use gradus::{
    activations,
    kernels::{Access, Kernel, Recipe, Source, Tile},
    optimizers, verify,
};

fn files(folder: &str, extension: &str) -> Vec<std::path::PathBuf> {
    let mut found = vec![];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("a readable entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|e| e == extension) => found.push(path),
                false => {}
            }
        }
    }
    found
}

/// Visits the shader of every case of a kernel, for both kinds of adapters.
fn each_source(kernel: &Kernel, mut visit: impl FnMut(Source)) {
    for case in (kernel.cases)() {
        for tile in Tile::ALL {
            let bound: Vec<bool> = case.operands.iter().map(|operand| !operand.is_empty()).collect();
            let (parameters, variant) = (&case.parameters[..], &case.variant);
            visit((kernel.source)(&Recipe { kernel, parameters, variant, bound: &bound, tile, replicas: 1 }));
        }
    }
}

/// Every distinct shader of a kernel's cases.
fn sources(kernel: &Kernel) -> Vec<Source> {
    let mut labels = BTreeSet::new();
    let mut sources = vec![];
    each_source(kernel, |source| {
        if labels.insert(source.label.clone()) {
            sources.push(source);
        }
    });
    sources
}

#[test]
fn every_shader_has_a_twin_and_every_twin_a_shader() {
    let sources: String = files("src", "rs").iter().map(|file| fs::read_to_string(file).expect("text")).collect();
    for file in files("shaders", "wgsl") {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(sources.contains(&format!("{name}\")")), "nothing includes {}", file.display());
    }
    for &activation in activations::ALL {
        let file = format!("shaders/activations/{}.wgsl", activation.name);
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).is_file(), "{file} is missing");
    }
    // Two optimizers may share a file, as amsgrad and adam do.
    let files: Vec<String> =
        files("shaders/optimizers", "wgsl").iter().map(|file| fs::read_to_string(file).expect("text")).collect();
    for rule in optimizers::samples() {
        assert!(files.iter().any(|file| file == rule.wgsl()), "{} has no file in shaders/optimizers", rule.name());
    }
}

#[test]
fn host_and_shader_agree_about_parameters_and_bindings() {
    for kernel in verify::every_kernel() {
        for source in sources(kernel) {
            agree(kernel, &source);
        }
    }
}

/// The types of which a shader's `Params` are generated are those of the host's struct.
#[test]
fn parameters_have_their_types_in_wgsl() {
    gradus::parameters! {
        /// A word and a real.
        Mixed {
            word: u32,
            real: f32,
        }
    }
    let fields: Vec<[&str; 2]> =
        <Mixed as gradus::kernels::Parameters>::FIELDS.iter().map(|field| [field.name, field.wgsl]).collect();
    assert_eq!(fields, [["word", "u32"], ["real", "f32"]]);
}

/// Pipelines are told apart by their labels in proofs, and by people.
#[test]
fn equal_labels_mean_equal_shaders() {
    let mut known = HashMap::new();
    for kernel in verify::every_kernel() {
        each_source(kernel, |Source { label, wgsl, constants, .. }| {
            let first = known.entry(label.clone()).or_insert((wgsl.clone(), constants.clone()));
            assert!(*first == (wgsl, constants), "two shaders are called {label}");
        });
    }
}

fn agree(kernel: &Kernel, source: &Source) {
    let label = &source.label;
    let module = naga::front::wgsl::parse_str(&source.wgsl).unwrap_or_else(|error| panic!("{label}: {error:?}"));
    let flags = naga::valid::ValidationFlags::all();
    naga::valid::Validator::new(flags, naga::valid::Capabilities::all())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{label}: {error:?}"));
    let strides = kernel.bindings.iter().map(|binding| format!("{}_stride", binding.name));
    let strides = strides.chain(["items".to_owned()]).map(|name| (name, ScalarKind::Uint));
    let kinds = [("u32", ScalarKind::Uint), ("f32", ScalarKind::Float)];
    let kind = |wgsl: &str| kinds.iter().find(|(name, _)| *name == wgsl).expect("a number of four bytes").1;
    let parameters = kernel.parameters.iter().map(|parameter| (parameter.name.to_owned(), kind(parameter.wgsl)));
    let expected: Vec<(String, ScalarKind)> = parameters.chain(strides).collect();
    let mut found = vec![String::new(); kernel.bindings.len()];
    for (_, global) in module.global_variables.iter() {
        let Some(binding) = global.binding.filter(|binding| binding.group == 1) else { continue };
        let at = binding.binding as usize;
        if at == kernel.bindings.len() {
            let naga::TypeInner::Struct { members, .. } = &module.types[global.ty].inner else {
                panic!("{label}: the parameters are no struct");
            };
            let member = |member: &naga::StructMember| match module.types[member.ty].inner {
                naga::TypeInner::Scalar(Scalar { kind, width: 4 }) => (member.name.clone().unwrap_or_default(), kind),
                _ => panic!("{label}: a parameter is no number of four bytes"),
            };
            assert_eq!(members.iter().map(member).collect::<Vec<_>>(), expected, "{label}");
            let offsets: Vec<u32> = members.iter().map(|member| member.offset).collect();
            assert_eq!(offsets, (0..expected.len() as u32).map(|at| 4 * at).collect::<Vec<_>>(), "{label}");
            assert_eq!(global.name.as_deref(), Some("p"), "{label}");
            continue;
        }
        found[at] = global.name.clone().unwrap_or_default();
        let naga::AddressSpace::Storage { access } = global.space else {
            panic!("{label}: binding {at} is no storage")
        };
        let written = access.contains(naga::StorageAccess::STORE);
        assert_eq!(written, kernel.bindings[at].access == Access::Write, "{label}: {}", found[at]);
    }
    let names: Vec<&str> = kernel.bindings.iter().map(|binding| binding.name).collect();
    assert_eq!(found, names, "{label}");
    assert!(kernel.bindings.len() <= 8, "{label}: a browser's adapter offers 8 storage buffers");
}

#[test]
fn every_kernel_has_awkward_cases() {
    for kernel in verify::every_kernel() {
        let cases = (kernel.cases)();
        assert!(cases.len() >= 12, "{} has only {} cases", kernel.name, cases.len());
        assert!(cases.iter().any(|case| case.replicas > 1), "{} has no case with replicas", kernel.name);
    }
}

/// What a launch may leave out is in the kernel, and proven to do without.
#[test]
fn optional_bindings_are_those_that_some_case_leaves_out() {
    for kernel in verify::every_kernel() {
        let cases = (kernel.cases)();
        for (at, binding) in kernel.bindings.iter().enumerate() {
            let left_out = cases.iter().any(|case| case.operands[at].is_empty());
            assert_eq!(binding.optional, left_out, "{}: {}", kernel.name, binding.name);
        }
    }
}

#[test]
fn no_file_is_a_maze() {
    for file in ["src", "tests"].into_iter().flat_map(|folder| files(folder, "rs")).chain(files("shaders", "wgsl")) {
        let lines = fs::read_to_string(&file).expect("text").lines().count();
        assert!(lines <= 400, "{} has {lines} lines: split it by ideas", file.display());
    }
}

/// Functions that drivers may take from tables of short arguments, or that are undefined at 0; `tests/suite/numbers.rs`
/// tries the others at every size.
#[test]
fn no_shader_calls_a_function_of_doubtful_accuracy() {
    let doubtful =
        ["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "pow", "exp2", "log2"];
    for file in files("shaders", "wgsl") {
        let text = fs::read_to_string(&file).expect("text");
        let code: Vec<&str> = text.lines().filter_map(|line| line.split("//").next()).collect();
        let code = code.join("\n");
        let words =
            code.split('(').filter_map(|before| before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next());
        let called: Vec<&str> = words.filter(|word| doubtful.contains(word)).collect();
        assert!(called.is_empty(), "{} calls {called:?}", file.display());
    }
}
