//! Where boxes stand: Sugiyama's manner ("Methods for visual understanding of hierarchical system structures", 1981).
//! Ranks from top to bottom, in each an order in which few edges cross, then places near a box's neighbours.

/// A box, or where an edge passes a rank.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// From the top.
    pub rank: usize,
    /// How wide it is, with the room around it.
    pub width: f64,
    /// How much it wants to stand near its neighbours.
    pub weight: f64,
    /// Its middle.
    pub x: f64,
}

/// Items, and edges between those of neighbouring ranks, downwards.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub items: Vec<Item>,
    pub edges: Vec<(usize, usize)>,
}

/// Sweeps down and up again.
const SWEEPS: usize = 12;

impl Layout {
    /// Gives every item its place.
    pub fn arrange(&mut self) {
        let ranks = self.items.iter().map(|item| item.rank + 1).max().unwrap_or(0);
        let mut order: Vec<Vec<usize>> = vec![vec![]; ranks];
        (0..self.items.len()).for_each(|at| order[self.items[at].rank].push(at));
        order.iter().for_each(|rank| rank.iter().enumerate().for_each(|(at, &item)| self.items[item].x = at as f64));
        for sweep in 0..SWEEPS {
            for rank in self.sweep(ranks, sweep) {
                let wanted: Vec<f64> = order[rank.0].iter().map(|&item| self.wanted(item, rank.1)).collect();
                let mut sorted: Vec<usize> = (0..wanted.len()).collect();
                sorted.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
                order[rank.0] = sorted.into_iter().map(|at| order[rank.0][at]).collect();
                order[rank.0].iter().enumerate().for_each(|(at, &item)| self.items[item].x = at as f64);
            }
        }
        order.iter().for_each(|rank| self.pack(rank, |item| item.x));
        for sweep in 0..SWEEPS {
            for rank in self.sweep(ranks, sweep) {
                let wanted: Vec<f64> = order[rank.0].iter().map(|&item| self.wanted(item, rank.1)).collect();
                self.place(&order[rank.0], &wanted);
            }
        }
    }

    /// Ranks in the order of a sweep, and whether their neighbours are those above.
    fn sweep(&self, ranks: usize, sweep: usize) -> Vec<(usize, bool)> {
        match sweep % 2 {
            0 => (1..ranks).map(|rank| (rank, true)).collect(),
            _ => (0..ranks.saturating_sub(1)).rev().map(|rank| (rank, false)).collect(),
        }
    }

    /// The mean place of an item's neighbours above or below, each as heavy as it is; its own where there are none.
    fn wanted(&self, item: usize, above: bool) -> f64 {
        let near = self.edges.iter().filter_map(|&(from, to)| match above {
            true => (to == item).then_some(from),
            false => (from == item).then_some(to),
        });
        let (sum, weight) = near.fold((0.0, 0.0), |(sum, weight), other| {
            let Item { x, weight: own, .. } = self.items[other];
            (sum + own * x, weight + own)
        });
        if weight > 0.0 { sum / weight } else { self.items[item].x }
    }

    /// Side by side, without places of their own.
    fn pack(&mut self, rank: &[usize], by: impl Fn(&Item) -> f64) {
        let wanted: Vec<f64> = rank.iter().map(|&item| by(&self.items[item])).collect();
        self.place(rank, &wanted);
    }

    /// As near as possible to the places that are wanted, in this order, without touching: the least squares of
    /// distances, which neighbours that would overlap share (pool adjacent violators).
    fn place(&mut self, rank: &[usize], wanted: &[f64]) {
        let mut offsets = vec![0.0; rank.len()];
        for at in 1..rank.len() {
            offsets[at] = offsets[at - 1] + (self.items[rank[at - 1]].width + self.items[rank[at]].width) / 2.0;
        }
        // (weighted sum, weight, items) of neighbours that stand side by side.
        let mut pools: Vec<(f64, f64, usize)> = vec![];
        for (at, &item) in rank.iter().enumerate() {
            let weight = self.items[item].weight;
            let mut pool = (weight * (wanted[at] - offsets[at]), weight, 1);
            while let Some(&(sum, heavy, count)) = pools.last().filter(|last| last.0 / last.1 >= pool.0 / pool.1) {
                pool = (pool.0 + sum, pool.1 + heavy, pool.2 + count);
                pools.pop();
            }
            pools.push(pool);
        }
        let places = pools.iter().flat_map(|&(sum, weight, count)| std::iter::repeat_n(sum / weight, count));
        for ((place, offset), &item) in places.zip(offsets).zip(rank) {
            self.items[item].x = place + offset;
        }
    }
}
