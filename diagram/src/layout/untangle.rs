//! Reduces crossings: swaps neighbours in a layer if that reduces the number of crossings.
//!
//! The layering orders by barycentres and stops at the first order that it cannot improve. Single
//! swaps often can.
//!
//! Source: Gansner, Koutsofios, North, Vo, "A Technique for Drawing Directed Graphs", section 3,
//! `transpose`.

/// Maximum number of passes over all layers.
const ROUNDS: usize = 8;
/// An item with more lines than this is not swapped, because counting its crossings takes too long.
const MOST: usize = 200;

/// Swaps neighbours in `rows` as long as that helps. `pieces` connect an item of one row with an
/// item of the next.
pub(super) fn untangle(rows: &mut [Vec<usize>], pieces: &[(usize, usize)], items: usize) {
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); items];
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); items];
    for &(upper, lower) in pieces {
        below[upper].push(lower);
        above[lower].push(upper);
    }
    let mut position = vec![0; items];
    for row in rows.iter() {
        for (at, item) in row.iter().enumerate() {
            position[*item] = at;
        }
    }
    for _ in 0..ROUNDS {
        let mut changed = false;
        for row in rows.iter_mut() {
            for at in 1..row.len() {
                let (left, right) = (row[at - 1], row[at]);
                let (mut now, mut then) = (0, 0);
                for near in [&above, &below] {
                    let (ours, theirs) = (&near[left], &near[right]);
                    if ours.len() > MOST || theirs.len() > MOST {
                        continue;
                    }
                    let (one, other) = crossings(ours, theirs, &position);
                    now += one;
                    then += other;
                }
                if then < now {
                    row.swap(at - 1, at);
                    position[left] = at;
                    position[right] = at - 1;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
}

/// The number of crossings between the lines of two neighbours: in the present order, and after a
/// swap.
fn crossings(left: &[usize], right: &[usize], position: &[usize]) -> (usize, usize) {
    let (mut now, mut then) = (0, 0);
    for &one in left {
        for &other in right {
            match position[one].cmp(&position[other]) {
                std::cmp::Ordering::Greater => now += 1,
                std::cmp::Ordering::Less => then += 1,
                std::cmp::Ordering::Equal => {}
            }
        }
    }
    (now, then)
}

#[cfg(test)]
mod tests {
    use super::untangle;

    #[test]
    fn swapping_neighbours_removes_a_crossing() {
        // 0 and 1 are above; below, 2 is connected to 1 and 3 to 0.
        let mut rows = vec![vec![0, 1], vec![2, 3]];
        untangle(&mut rows, &[(1, 2), (0, 3)], 4);
        assert!(rows == [vec![1, 0], vec![2, 3]] || rows == [vec![0, 1], vec![3, 2]]);
    }

    #[test]
    fn rows_without_crossings_keep_their_order() {
        let mut rows = vec![vec![0, 1], vec![2, 3]];
        untangle(&mut rows, &[(0, 2), (1, 3), (0, 3)], 4);
        assert_eq!(rows, [vec![0, 1], vec![2, 3]]);
    }
}
