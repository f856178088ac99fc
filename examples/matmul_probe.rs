//! Every variant of the matrix product: first right, then how fast.
//!
//!     cargo run --release --example matmul_probe            # both
//!     cargo run --release --example matmul_probe check      # every form, variant, epilogue on awkward shapes
//!     cargo run --release --example matmul_probe time       # 512³ and the launches of an MLP's training step
//!
//! On Mesa, MESA_SHADER_CACHE_DISABLE=1 makes "first launch" include the compilation.

use gradus::kernels::matmul_source::{Adapter, Epilogue, Form, Params, Shape, Source, Variant, source};
use std::collections::HashMap;
use std::time::Instant;
use wgpu::util::{BufferInitDescriptor, DeviceExt};

const FORMS: [Form; 3] = [Form::Nn, Form::Nt, Form::Tn];
const LEAKY: &str = "fn forward(x: f32) -> f32 { return max(x, 0.25 * x); }
fn derivative(y: f32) -> f32 { return select(0.25, 1.0, y > 0.0); }\n";
const RELU: &str = "fn forward(x: f32) -> f32 { return max(x, 0.0); }
fn derivative(y: f32) -> f32 { return select(0.0, 1.0, y > 0.0); }\n";
const GELU: &str = "fn forward(x: f32) -> f32 {
    return 0.5 * x * (1.0 + tanh(clamp(0.79788456 * (x + 0.044715 * x * x * x), -10.0, 10.0)));
}
fn derivative(y: f32) -> f32 { return y; } // unused here\n";

const SHAPES: [[u32; 3]; 22] = [
    [1, 1, 1],
    [1, 4, 4],
    [4, 1, 3],
    [1, 10, 257],
    [16, 64, 4],
    [15, 63, 3],
    [17, 65, 5],
    [32, 32, 16],
    [31, 33, 17],
    [33, 31, 15],
    [37, 41, 43],
    [64, 4, 68],
    [12, 6, 8],
    [6, 12, 10],
    [128, 10, 256],
    [10, 128, 256],
    [127, 129, 16],
    [128, 128, 32],
    [129, 132, 31],
    [130, 136, 36],
    [70_000, 3, 2],
    [2_100_000, 1, 1], // more tiles than one dimension of a grid holds
];

struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    layouts: [wgpu::PipelineLayout; 2],
    groups: [wgpu::BindGroupLayout; 2],
    empty: wgpu::BindGroup,
    pipelines: HashMap<String, wgpu::ComputePipeline>,
    variants: Vec<Variant>,
    choice: Adapter,
}

impl Gpu {
    fn new() -> Gpu {
        let instance = wgpu::Instance::default();
        let adapter = pollster::block_on(instance.request_adapter(&Default::default())).expect("an adapter");
        let info = adapter.get_info();
        let features = adapter.features() & (wgpu::Features::SUBGROUP | wgpu::Features::SHADER_INT64);
        let has_subgroups = features.contains(wgpu::Features::SUBGROUP);
        let choice = Adapter {
            software: info.device_type == wgpu::DeviceType::Cpu,
            subgroup_lanes: if has_subgroups { info.subgroup_min_size } else { 0 },
            int64: features.contains(wgpu::Features::SHADER_INT64),
        };
        println!("{}: {choice:?}", info.name);
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            required_limits: adapter.limits(),
            required_features: features,
            ..Default::default()
        }))
        .expect("a device");
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
        let nothing = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &[] });
        let groups = [true, false].map(|third_is_read| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: None,
                entries: &[
                    entry(0, storage(true)),
                    entry(1, storage(true)),
                    entry(2, storage(third_is_read)),
                    entry(3, storage(false)),
                    entry(4, wgpu::BufferBindingType::Uniform),
                ],
            })
        });
        let layouts = [0, 1].map(|i| {
            device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &[Some(&nothing), Some(&groups[i])],
                immediate_size: 0,
            })
        });
        let empty =
            device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &nothing, entries: &[] });
        let variants = Variant::ALL.into_iter().filter(|v| v.runs_on(choice)).collect();
        Gpu { device, queue, layouts, groups, empty, pipelines: HashMap::new(), variants, choice }
    }

    fn pipeline(&mut self, form: Form, source: &Source) -> wgpu::ComputePipeline {
        let device = &self.device;
        let layout = &self.layouts[usize::from(form == Form::Tn)];
        self.pipelines
            .entry(source.label.clone())
            .or_insert_with(|| {
                let descriptor = wgpu::ShaderModuleDescriptor {
                    label: Some(&source.label),
                    source: wgpu::ShaderSource::Wgsl(source.wgsl.as_str().into()),
                };
                // SAFETY: the kernels guard every index and every loop ends.
                let module =
                    unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) };
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(&source.label),
                    layout: Some(layout),
                    module: &module,
                    entry_point: Some("main"),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        zero_initialize_workgroup_memory: false,
                        ..Default::default()
                    },
                    cache: None,
                })
            })
            .clone()
    }

    fn buffer(&self, data: &[f32]) -> wgpu::Buffer {
        let mut data = data.to_vec();
        data.resize(data.len().max(4), 0.0);
        self.device.create_buffer_init(&BufferInitDescriptor {
            label: None,
            contents: bytemuck::cast_slice(&data),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        })
    }

    fn read(&self, buffer: &wgpu::Buffer) -> Vec<f32> {
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: buffer.size(),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
        self.queue.submit([encoder.finish()]);
        staging.slice(..).map_async(wgpu::MapMode::Read, |result| result.expect("readable"));
        self.device.poll(wgpu::PollType::wait_indefinitely()).expect("the device");
        let range = staging.slice(..).get_mapped_range().expect("mapped");
        bytemuck::cast_slice(&range).to_vec()
    }
}

/// Operands of `replicas` products; the bias is shared where the others differ, so that both strides are tried.
struct Problem {
    form: Form,
    shape: Shape,
    replicas: usize,
    a: Vec<f32>,
    b: Vec<f32>,
    /// y, bias, or nothing
    third: Vec<f32>,
    buffers: [wgpu::Buffer; 4],
    group: wgpu::BindGroup,
}

impl Problem {
    fn new(gpu: &Gpu, form: Form, shape: Shape, replicas: usize) -> Problem {
        let [m, n, k] = [shape.m as usize, shape.n as usize, shape.k as usize];
        let mut state = 1u32;
        let mut numbers = |count: usize| -> Vec<f32> {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            };
            (0..count).map(|_| next()).collect()
        };
        let (a, b) = (numbers(replicas * m * k), numbers(replicas * k * n));
        let third = match form {
            Form::Nn => numbers(replicas * m * n),
            Form::Nt => numbers(n),
            Form::Tn => Vec::new(),
        };
        let c = gpu.buffer(&vec![f32::NAN; replicas * m * n]);
        let (x, y) = match form {
            Form::Tn => (c, gpu.buffer(&vec![f32::NAN; replicas * m])),
            _ => (gpu.buffer(&third), c),
        };
        let buffers = [gpu.buffer(&a), gpu.buffer(&b), x, y];
        let strides = match form {
            Form::Nn => [m * k, k * n, m * n, m * n],
            Form::Nt => [m * k, k * n, 0, m * n],
            Form::Tn => [m * k, k * n, m * n, m],
        };
        let params = Params { m: shape.m, n: shape.n, k: shape.k, strides: strides.map(|s| s as u32), padding: 0 };
        let params = gpu.device.create_buffer_init(&BufferInitDescriptor {
            label: None,
            contents: bytemuck::bytes_of(&params),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let entries: Vec<_> = (buffers.iter().chain([&params]).enumerate())
            .map(|(i, b)| wgpu::BindGroupEntry { binding: i as u32, resource: b.as_entire_binding() })
            .collect();
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &gpu.groups[usize::from(form == Form::Tn)],
            entries: &entries,
        });
        Problem { form, shape, replicas, a, b, third, buffers, group }
    }

    fn c(&self) -> &wgpu::Buffer {
        &self.buffers[if self.form == Form::Tn { 2 } else { 3 }]
    }

    /// Seconds from submission to completion of `times` launches.
    fn launch(&self, gpu: &Gpu, pipeline: &wgpu::ComputePipeline, [x, y]: [u32; 2], times: u32) -> f64 {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &gpu.empty, &[]);
        pass.set_bind_group(1, &self.group, &[]);
        for _ in 0..times {
            pass.dispatch_workgroups(x, y, self.replicas as u32);
        }
        drop(pass);
        let start = Instant::now();
        gpu.queue.submit([encoder.finish()]);
        gpu.device.poll(wgpu::PollType::wait_indefinitely()).expect("the device");
        start.elapsed().as_secs_f64()
    }

    /// A·B and the row sums of A, in f64.
    fn reference(&self) -> (Vec<f64>, Vec<f64>) {
        let [m, n, k] = [self.shape.m as usize, self.shape.n as usize, self.shape.k as usize];
        let mut c = vec![0.0; self.replicas * m * n];
        let mut sums = vec![0.0; self.replicas * m];
        for r in 0..self.replicas {
            let (a, b) = (&self.a[r * m * k..], &self.b[r * k * n..]);
            for i in 0..m {
                for l in 0..k {
                    let x = f64::from(if self.form == Form::Tn { a[l * m + i] } else { a[i * k + l] });
                    sums[r * m + i] += x;
                    for j in 0..n {
                        let y = f64::from(if self.form == Form::Nt { b[j * k + l] } else { b[l * n + j] });
                        c[(r * m + i) * n + j] += x * y;
                    }
                }
            }
        }
        (c, sums)
    }

    fn finish(&self, c: &[f64], epilogue: &Epilogue) -> Vec<f64> {
        let n = self.shape.n as usize;
        let finish = |(i, &c): (usize, &f64)| match self.form {
            Form::Nn if epilogue.extra && epilogue.activation.is_some() && self.third[i] <= 0.0 => 0.25 * c,
            Form::Nt => {
                let z = if epilogue.extra { c + f64::from(self.third[i % n]) } else { c };
                if epilogue.activation.is_some() { z.max(0.25 * z) } else { z }
            }
            _ => c,
        };
        c.iter().enumerate().map(finish).collect()
    }
}

/// The largest error in units of the tolerance, 4·ε·√k·(largest number); NaN counts as infinite.
fn worst(got: &[f32], wanted: &[f64], k: u32) -> f64 {
    let scale = wanted.iter().fold(1.0f64, |s, w| s.max(w.abs()));
    let tolerance = 4.0 * f64::from(f32::EPSILON) * f64::from(k).sqrt() * scale;
    let error = |(g, w): (&f32, &f64)| {
        if g.is_nan() { f64::INFINITY } else { (f64::from(*g) - w).abs() }
    };
    got.iter().zip(wanted).map(error).fold(0.0, f64::max) / tolerance
}

fn check(gpu: &mut Gpu) {
    let epilogues = [(None, false), (None, true), (Some(LEAKY), false), (Some(LEAKY), true)];
    let mut count = 0;
    let mut largest = 0.0f64;
    for [m, n, k] in SHAPES {
        let shape = Shape { m, n, k };
        for form in FORMS {
            let problem = Problem::new(gpu, form, shape, if m < 1000 { 2 } else { 1 });
            let (c, sums) = problem.reference();
            let epilogues = if m < 1000 { &epilogues[..] } else { &epilogues[3..] };
            for &(activation, extra) in epilogues {
                let epilogue = Epilogue { activation, extra };
                let wanted = problem.finish(&c, &epilogue);
                for variant in gpu.variants.clone() {
                    let source = source(form, shape, &epilogue, variant);
                    let pipeline = gpu.pipeline(form, &source);
                    let what =
                        format!("{form:?} {variant:?} {m}x{n}x{k} activation {} extra {extra}", activation.is_some());
                    problem.launch(gpu, &pipeline, source.workgroups, 1);
                    let got = gpu.read(problem.c());
                    let mut error = worst(&got[..wanted.len()], &wanted, k);
                    if form == Form::Tn && extra {
                        let got = gpu.read(&problem.buffers[3]);
                        error = error.max(worst(&got[..sums.len()], &sums, k));
                    }
                    assert!(error <= 1.0, "{what}: {error} times the tolerance");
                    problem.launch(gpu, &pipeline, source.workgroups, 1);
                    let again = gpu.read(problem.c());
                    assert!(got.iter().zip(&again).all(|(x, y)| x.to_bits() == y.to_bits()), "{what}: not repeatable");
                    largest = largest.max(error);
                    count += 1;
                }
            }
        }
    }
    println!("{count} products right, largest error {largest:.2} of the tolerance, {} pipelines", gpu.pipelines.len());
}

/// CPU seconds that this process has used (Linux), to compare variants on a machine that others use too.
fn cpu_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let run = |task: std::fs::DirEntry| -> Option<f64> {
        std::fs::read_to_string(task.path().join("schedstat")).ok()?.split(' ').next()?.parse().ok()
    };
    tasks.filter_map(run).sum::<f64>() / 1e9
}

fn time(gpu: &mut Gpu) {
    let mut cases = vec![];
    for form in FORMS {
        cases.push((form, [512, 512, 512], None, false));
    }
    for [outputs, inputs] in [[512, 784], [256, 512], [10, 256]] {
        let relu = if outputs == 10 { None } else { Some(RELU) };
        cases.push((Form::Nt, [128, outputs, inputs], relu, true));
        cases.push((Form::Tn, [outputs, inputs, 128], None, true));
        if inputs != 784 {
            cases.push((Form::Nn, [128, inputs, outputs], Some(RELU), true));
        }
    }
    cases.push((Form::Nt, [512, 512, 512], Some(GELU), true));
    println!(
        "{:10} {:>14} {:>13} {:>8} {:>8} {:>8} {:>8} {:>9}",
        "form", "variant", "m x n x k", "first ms", "best us", "median", "GFLOP/s", "/CPU-s"
    );
    // Tiles are hopeless on a CPU, rows on a GPU.
    let rows = |v: &Variant| matches!(v, Variant::RowsBroadcast | Variant::RowsAlone);
    let software = gpu.choice.software;
    for variant in gpu.variants.clone().into_iter().filter(|v| rows(v) == software) {
        let mut prepared = vec![];
        for &(form, [m, n, k], activation, extra) in &cases {
            let shape = Shape { m, n, k };
            let problem = Problem::new(gpu, form, shape, 1);
            let source = source(form, shape, &Epilogue { activation, extra }, variant);
            let start = cpu_seconds();
            let pipeline = gpu.pipeline(form, &source);
            problem.launch(gpu, &pipeline, source.workgroups, 1);
            let both = cpu_seconds();
            problem.launch(gpu, &pipeline, source.workgroups, 1);
            let first = 2.0 * both - start - cpu_seconds();
            prepared.push((problem, pipeline, source, first, vec![], vec![]));
        }
        for _ in 0..21 {
            for (problem, pipeline, source, _, walls, cpus) in &mut prepared {
                let Shape { m, n, k } = problem.shape;
                let times = (1e8 / (f64::from(m) * f64::from(n) * f64::from(k))).clamp(1.0, 50.0) as u32;
                let before = cpu_seconds();
                walls.push(problem.launch(gpu, pipeline, source.workgroups, times) / f64::from(times));
                cpus.push((cpu_seconds() - before) / f64::from(times));
            }
        }
        for ((problem, _, _, first, mut walls, mut cpus), (_, _, activation, extra)) in prepared.into_iter().zip(&cases)
        {
            walls.sort_by(f64::total_cmp);
            cpus.sort_by(f64::total_cmp);
            let Shape { m, n, k } = problem.shape;
            let flop = 2.0 * f64::from(m) * f64::from(n) * f64::from(k);
            println!(
                "{:10} {:>14} {:>13} {:8.0} {:8.0} {:8.0} {:8.1} {:9.1}",
                format!(
                    "{:?}{}{}",
                    problem.form,
                    if *extra { "+" } else { "" },
                    if activation.is_some() { "f" } else { "" }
                ),
                format!("{variant:?}"),
                format!("{m}x{n}x{k}"),
                first * 1e3,
                walls[0] * 1e6,
                walls[walls.len() / 2] * 1e6,
                flop / walls[0] / 1e9,
                flop / cpus[0] / 1e9,
            );
        }
    }
}

fn main() {
    let mode = std::env::args().nth(1);
    let mut gpu = Gpu::new();
    if mode.as_deref() != Some("time") {
        check(&mut gpu);
    }
    if mode.as_deref() != Some("check") {
        gpu.pipelines.clear();
        time(&mut gpu);
    }
}
