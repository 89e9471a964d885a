//! Recipes as a tree of their steps.

use crate::recipe::{Recipe, Step};

/// What stands after the same steps.
#[derive(Clone)]
pub(super) struct Node<'a> {
    /// Number of steps before it.
    pub(super) depth: usize,
    /// Recipes that end here: only their regressor follows.
    pub(super) ends: Vec<usize>,
    /// The steps that follow, in the order in which they first appear.
    pub(super) next: Vec<(&'a Step, Node<'a>)>,
}

impl<'a> Node<'a> {
    /// The tree of all recipes.
    pub(super) fn of(recipes: &'a [Recipe]) -> Node<'a> {
        let mut root = Node::empty(0);
        for (number, recipe) in recipes.iter().enumerate() {
            let mut at = &mut root;
            for step in &recipe.steps {
                let depth = at.depth + 1;
                let known = at.next.iter().position(|(s, _)| *s == step);
                let k = known.unwrap_or_else(|| {
                    at.next.push((step, Node::empty(depth)));
                    at.next.len() - 1
                });
                at = &mut at.next[k].1;
            }
            at.ends.push(number);
        }
        root
    }

    fn empty(depth: usize) -> Node<'a> {
        Node { depth, ends: Vec::new(), next: Vec::new() }
    }

    /// Recipes that end here or further on.
    pub(super) fn all(&self) -> Vec<usize> {
        let further = self.next.iter().flat_map(|(_, node)| node.all());
        self.ends.iter().copied().chain(further).collect()
    }

    /// How a step after this node is called in messages.
    pub(super) fn place(&self, step: &Step) -> String {
        format!("step {} ({})", self.depth + 1, step.plugin)
    }
}
