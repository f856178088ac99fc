//! A 3×3 convolution, 64 pictures of 16×32×32 to 16 channels, forward and backward, against the
//! usual other way: unfold the pictures to a matrix, multiply with the matrix products of dense
//! layers, fold back. `cargo bench --bench convolution` prints the best of ten times of each launch.

use std::{sync::Arc, time::Instant};

use gradus::{
    device::{Device, Executor},
    kernels::{
        Arguments, Cost, Element, Grid, Kernel, Parameters, Source, Step, Twin, Variant,
        conv::{self, ConvParameters, ConvSumParameters},
        matmul::{self, MatmulParameters},
        reads, writes,
    },
    ops::{conv::geometry, window::Window},
    plan::{Buffer, Launch, Plan, Program, Slice},
};

const BATCH: usize = 64;
const CHANNELS: usize = 16;
const FILTERS: usize = 16;
const SIDE: usize = 32;
const POSITIONS: usize = BATCH * SIDE * SIDE;
const TERMS: usize = CHANNELS * 9;

/// columns [batch·height·width, channels·9]
const UNFOLD: Kernel = other("unfold", &[reads("x"), writes("columns")], |_| shader("unfold", POSITIONS * TERMS));

/// Every pixel gathers what its nine positions hold of it.
const FOLD: Kernel = other("fold", &[reads("columns"), writes("x")], |_| shader("fold", POSITIONS * CHANNELS));

const fn other(
    name: &'static str,
    bindings: &'static [gradus::kernels::Binding],
    source: fn(&gradus::kernels::Recipe) -> Source,
) -> Kernel {
    fn nothing<T>(_: &mut Arguments<T>) {}
    Kernel {
        name,
        formula: "",
        bindings,
        parameters: ConvParameters::FIELDS,
        source,
        cpu: Twin { f32: nothing::<f32>, f64: nothing::<f64> },
        cost: |_| Cost::default(),
        cases: Vec::new,
        tolerance: 0.0,
    }
}

fn shader(name: &str, count: usize) -> Source {
    let body = if name == "unfold" {
        "let k = i % 144u; let at = i / 144u; let h = at / 32u % 32u + k / 3u % 3u - 1u; let w = at % 32u + k % 3u - 1u;
        let ok = h < 32u && w < 32u;
        b[i] = select(0.0, a[select(0u, ((at / 1024u * 16u + k / 9u) * 32u + h) * 32u + w, ok)], ok);"
    } else {
        "let c = i / 1024u % 16u; var sum = 0.0;
        for (var k = 0u; k < 9u; k++) {
            let h = i / 32u % 32u + 1u - k / 3u; let w = i % 32u + 1u - k % 3u;
            let ok = h < 32u && w < 32u;
            sum += select(0.0, a[select(0u, (i / 16384u * 1024u + h * 32u + w) * 144u + c * 9u + k, ok)], ok);
        }
        b[i] = sum;"
    };
    let wgsl = format!(
        "@group(1) @binding(0) var<storage, read> a: array<f32>;
        @group(1) @binding(1) var<storage, read_write> b: array<f32>;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {{
            for (var i = id.x; i < {count}u; i += groups.x * 64u) {{ {body} }}
        }}"
    );
    Source { label: name.into(), wgsl, constants: vec![], grid: Grid::strided(count as u32, 64) }
}

fn launch<P: Parameters>(kernel: &'static Kernel, parameters: P, lengths: &[usize]) -> (Launch, Vec<Buffer>) {
    let slice = |(buffer, &length): (usize, &usize)| Slice { buffer, offset: 0, length, stride: 0 };
    let mut buffers = vec![];
    let mut bindings = vec![];
    for (&length, binding) in lengths.iter().zip(kernel.bindings) {
        bindings.push((length > 0).then(|| slice((buffers.len(), &length))));
        if length > 0 {
            buffers.push(Buffer { name: binding.name.into(), element: Element::Real, length });
        }
    }
    let parameters = bytemuck::bytes_of(&parameters).to_vec();
    (Launch { kernel, node: String::new(), parameters, variant: Variant::Plain, bindings }, buffers)
}

/// Seconds of one launch: the best of ten.
fn time(device: &Device, (launch, buffers): (Launch, Vec<Buffer>)) -> f64 {
    let name = launch.kernel.name;
    let lengths: Vec<usize> = buffers.iter().map(|buffer| buffer.length).collect();
    let plan = Plan::of_launch(launch, buffers, 1);
    let mut executor = pollster::block_on(Executor::new(device, Arc::new(plan))).expect("the device works");
    for (buffer, length) in lengths.into_iter().enumerate() {
        executor.write_reals(buffer, 0, &(0..length).map(|at| (at % 13) as f32 / 13.0).collect::<Vec<_>>());
    }
    let mut best = f64::INFINITY;
    for _ in 0..11 {
        let start = Instant::now();
        pollster::block_on(executor.run(Program::Train, &[Step::over(1)])).expect("the device works");
        pollster::block_on(executor.read_reals(0, 0, 1)).expect("the device works");
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("  {name:22} {:7.2} ms", best * 1e3);
    best
}

fn main() {
    let device = pollster::block_on(Device::gpu(None)).expect("an adapter");
    println!("{}", device.describe());
    let window = Window { padding: gradus::ops::window::Padding::Same, ..Window::new(&[3, 3]) };
    let placed = window.place(&[SIDE, SIDE]).expect("it fits");
    let p = geometry(BATCH, CHANNELS, FILTERS, 1, &placed);
    let (x, y, w) = (POSITIONS * CHANNELS, POSITIONS * FILTERS, FILTERS * TERMS);
    let partials = p.chunks as usize * (w + FILTERS);
    let sum = ConvSumParameters { chunks: p.chunks, weights: w as u32, filters: FILTERS as u32 };
    println!("as one product without a matrix in memory:");
    let implicit = time(&device, launch(&conv::FORWARD, p, &[x, w, FILTERS, 0, y]))
        + time(&device, launch(&conv::BACKWARD_INPUT, p, &[y, w, 0, 0, x]))
        + time(&device, launch(&conv::BACKWARD_WEIGHT, p, &[x, y, partials]))
        + time(&device, launch(&conv::WEIGHT_SUM, sum, &[partials, w, FILTERS]));
    println!("unfolded:");
    let [positions, filters, terms, columns] = [POSITIONS, FILTERS, TERMS, POSITIONS * TERMS].map(|n| n as u32);
    let product = |m: u32, n: u32, k: u32| MatmulParameters::whole(m, n, k);
    let unfolded = time(&device, launch(&UNFOLD, p, &[x, columns as usize]))
        + time(&device, launch(&matmul::NT, product(positions, filters, terms), &[columns as usize, w, FILTERS, y]))
        + time(&device, launch(&matmul::NN, product(positions, terms, filters), &[y, w, 0, columns as usize]))
        + time(&device, launch(&FOLD, p, &[columns as usize, x]))
        + time(&device, launch(&matmul::TN, product(filters, terms, positions), &[y, columns as usize, w, FILTERS]));
    println!("{:.2} ms against {:.2} ms: {:.2} times as fast", implicit * 1e3, unfolded * 1e3, unfolded / implicit);
}
