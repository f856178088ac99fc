// Numbers are read and written four at a time.
alias Element = vec4<f32>;
const WIDE = 4u;

fn forward_of_each(x: Element) -> Element {
    return vec4<f32>(forward(x.x), forward(x.y), forward(x.z), forward(x.w));
}

fn derivative_of_each(v: Element) -> Element {
    return vec4<f32>(derivative(v.x), derivative(v.y), derivative(v.z), derivative(v.w));
}
