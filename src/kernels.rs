pub mod matmul_source;
