// Numbers are read and written one by one.
alias Element = f32;
const WIDE = 1u;

fn forward_of_each(x: Element) -> Element {
    return forward(x);
}

fn derivative_of_each(v: Element) -> Element {
    return derivative(v);
}
