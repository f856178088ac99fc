// A thread looks alone: its best is the best of all.
fn largest_of_all(thread: u32) {}
