//! The grid of a launch, and how far a thread's loops go there.
//!
//! Some drivers end a thread's loops early and say nothing: llvmpipe after 65,535 turns of all its loops
//! together, nested ones included. So every shader says how many turns its loops take at most; long sums are
//! shared out among the threads of a workgroup ([`Lanes`]) or cut into parts, and a plan that still exceeds what
//! the adapter's driver does is refused (see `Device::check`).

/// Invocations of an element-wise workgroup.
pub const WIDTH: u32 = 256;

/// The most workgroups along one axis that every adapter allows.
pub const LARGEST_GRID: u32 = 65_535;

/// Workgroups, and the most turns that all loops of one of their threads take together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// x and y; z belongs to the replicas.
    pub workgroups: [u32; 2],
    /// Turns, a loop's last look at its condition counted too.
    pub turns: u64,
    /// Elements or items that it is for, the shader's `p.items`; 0 where the shader does without.
    pub items: u32,
}

impl Grid {
    /// A grid for a shader with loops of its own.
    pub fn new(workgroups: [u32; 2], turns: u64) -> Grid {
        Grid { workgroups, turns, items: 0 }
    }

    /// A grid for `count` independent elements: no more workgroups than an axis may have, so the
    /// shader strides through the rest.
    pub fn strided(count: u32, width: u32) -> Grid {
        let workgroups = count.div_ceil(width).clamp(1, LARGEST_GRID);
        let turns = 1 + u64::from(count).div_ceil(u64::from(workgroups * width));
        Grid { workgroups: [workgroups, 1], turns, items: count }
    }

    /// A grid with a workgroup for each of `count` items, in two axes where one is too short: the item is
    /// `group.y * groups.x + group.x`, and the last ones may lie behind the count.
    pub fn items(count: u64) -> Grid {
        let down = count.div_ceil(u64::from(LARGEST_GRID)).max(1);
        assert!(down <= u64::from(LARGEST_GRID), "{count} workgroups are more than a grid has");
        Grid { workgroups: [count.div_ceil(down).max(1) as u32, down as u32], turns: 0, items: count as u32 }
    }

    /// The same workgroups, where each turn of a thread's only loop so far, or the thread itself without one,
    /// goes through loops of so many turns.
    pub fn with(self, inner: u64) -> Grid {
        // The last look at a loop's condition goes through nothing.
        let turns = self.turns.saturating_sub(1).max(1);
        Grid { turns: self.turns + turns * (inner + 1), ..self }
    }
}

/// How the threads of a workgroup share the terms of a sum: so many threads, each with so many terms at once.
/// One thread alone where the terms are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// Threads that share one sum.
    pub lanes: u32,
    /// Terms in each turn of a thread's loop.
    pub each: u32,
}

impl Lanes {
    /// A workgroup for a sum of so many terms.
    pub fn of(terms: u64) -> Lanes {
        let lanes = if terms > 1 << 14 { 256 } else { 64 };
        Lanes { lanes, each: if terms > 8 * u64::from(lanes) { 8 } else { 1 } }
    }

    /// As [`Lanes::of`] from `alone` terms on; fewer are one thread's, and a workgroup has 64 sums.
    pub fn from(alone: u64, terms: u64) -> Lanes {
        if terms < alone { Lanes { lanes: 1, each: 1 } } else { Lanes::of(terms) }
    }

    /// One thread for a sum of so many terms, as part of a launch of many sums.
    pub fn alone(terms: u32) -> Lanes {
        Lanes { lanes: 1, each: if terms > 4 { 8 } else { 1 } }
    }

    /// Sums of one workgroup.
    pub fn sums(self) -> u32 {
        64u32.div_ceil(self.lanes)
    }

    /// The grid for `count` sums of so many terms, each of which is gone through `passes` times.
    pub fn grid(self, count: u64, terms: u64, passes: u64) -> Grid {
        // A tree over 256 threads has 8 levels.
        let pass = terms.div_ceil(u64::from(self.lanes * self.each)) + 10;
        Grid { items: count as u32, ..Grid::items(count.div_ceil(u64::from(self.sums()))) }.with(passes * pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_of_loops_within_each_other_multiply() {
        let count = 3 * 65_535 * 256;
        assert_eq!(Grid::strided(64, 64), Grid { workgroups: [1, 1], turns: 2, items: 64 });
        assert_eq!(Grid::strided(count, 256), Grid { workgroups: [65_535, 1], turns: 4, items: count });
        assert_eq!(Grid::strided(count, 256).with(10).turns, 4 + 3 * 11);
        assert_eq!(Grid::items(70_000), Grid { workgroups: [35_000, 2], turns: 0, items: 70_000 });
        assert_eq!(Grid::items(70_000).with(10).turns, 11);
    }

    /// A sum of as many terms as one binding of llvmpipe holds (128 MiB) stays within its 65,535 turns, thrice.
    #[test]
    fn a_workgroup_sums_a_whole_binding_within_a_drivers_loops() {
        let terms = 1 << 25;
        assert!(Lanes::of(terms).grid(1, terms, 3).turns < 65_535);
        assert_eq!(Lanes::from(1024, 1023), Lanes { lanes: 1, each: 1 });
        assert_eq!(Lanes::from(1024, 1024), Lanes { lanes: 64, each: 8 });
    }
}
