//! What a space of recipes stands for, and which ones are refused.

use adit_engine::plugin::{Flags, Kind, Library, ParamInfo, PluginInfo};
use adit_engine::recipe::{Components, Rule};
use adit_engine::space::{MOST_RECIPES, describe};
use adit_engine::{Error, ErrorKind, Plugins, Recipe, Regressor, Result, Space, Transform};

/// Plugins that can be looked up and no more.
struct Catalogue;

fn param(name: &str, kind: &str) -> ParamInfo {
    ParamInfo {
        name: name.into(),
        kind: kind.into(),
        unit: String::new(),
        help: "a test".into(),
        default: Some("1".into()),
        range: kind.contains("int").then_some((1.0, 99.0)),
        choices: if kind == "choice" { vec!["a".into(), "b".into()] } else { vec![] },
    }
}

impl Plugins for Catalogue {
    fn list(&self) -> Vec<PluginInfo> {
        let info = |id: &str, kind, params| PluginInfo {
            id: id.into(),
            name: id.into(),
            version: "1".into(),
            kind,
            flags: Flags(0),
            state_version: 1,
            summary: String::new(),
            reference: String::new(),
            vendor: String::new(),
            licence: String::new(),
            path_param: (kind == Kind::Regressor).then(|| "lv".to_owned()),
            params,
            library: Library { file: "x".into(), sha256: String::new(), trust: "test".into() },
        };
        let filter = vec![param("window", "int"), param("edge", "choice"), param("b", "bool")];
        let range = vec![param("ranges", "list of float"), param("names", "list of text")];
        vec![
            info("adit.filter", Kind::Transform, filter),
            info("adit.range", Kind::Transform, range),
            info("adit.plain", Kind::Transform, vec![]),
            info("adit.pls", Kind::Regressor, vec![param("lv", "int"), param("scale", "bool")]),
            info("adit.ols", Kind::Regressor, vec![]),
        ]
    }
    fn info(&self, id: &str) -> Result<PluginInfo> {
        let found = self.list().into_iter().find(|p| p.id == id);
        found.ok_or_else(|| Error::plugin(format!("there is no plugin {id}"), ""))
    }
    fn transform(&self, id: &str, _: &toml::Table) -> Result<Box<dyn Transform>> {
        Err(Error::plugin(format!("{id} cannot be made"), ""))
    }
    fn regressor(&self, id: &str, _: &toml::Table) -> Result<Box<dyn Regressor>> {
        Err(Error::plugin(format!("{id} cannot be made"), ""))
    }
}

const PLS: &str = "[regressor]\nplugin = \"adit.pls\"\n";

fn expand(text: &str) -> Result<Vec<Recipe>> {
    Space::parse(text)?.expand(&Catalogue)
}

fn names(text: &str) -> Vec<String> {
    expand(text).unwrap().into_iter().map(|r| r.name).collect()
}

#[test]
fn lists_are_alternatives_and_lists_of_lists_where_the_plugin_takes_a_list() {
    let text = format!(
        "[[slot]]\n[[slot.choice]]\nplugin = \"none\"\n[[slot.choice]]\nplugin = \"adit.range\"\n\
         ranges = [[1, 2], [3, 4, 5.5, 6]]\nnames = [\"x\", \"y\"]\n\
         [[slot]]\n[[slot.choice]]\nplugin = \"adit.filter\"\nwindow = [5, 7]\nedge = \"a\"\n{PLS}scale = [false, true]\n"
    );
    let got = names(&text);
    assert_eq!(got.len(), 3 * 2 * 2);
    assert_eq!(got[0], "filter edge=a window=5 | pls scale=false");
    assert_eq!(got[1], "filter edge=a window=5 | pls scale=true");
    assert_eq!(got[2], "filter edge=a window=7 | pls scale=false");
    assert_eq!(got[4], "range names=[x,y] ranges=[1,2] | filter edge=a window=5 | pls scale=false");
    assert_eq!(
        got[11],
        "range names=[x,y] ranges=[3,4,5.5,6] | filter edge=a window=7 | pls scale=true"
    );
    let recipes = expand(&text).unwrap();
    assert_eq!(recipes[0].steps.len(), 1);
    assert_eq!(recipes[4].steps[0].settings["ranges"].as_array().unwrap().len(), 2);
    // A recipe is one that can be written and read.
    for recipe in &recipes {
        assert_eq!(Recipe::parse(&recipe.to_toml()).unwrap(), *recipe);
        assert_eq!(describe(recipe), recipe.name);
    }
}

#[test]
fn steps_may_go_together_and_regressors_be_several() {
    let text = "[[slot]]\n[[slot.choice]]\n[[slot.choice.step]]\nplugin = \"adit.plain\"\n\
                [[slot.choice.step]]\nplugin = \"adit.filter\"\nwindow = [3, 5]\n\
                [[slot.choice]]\nplugin = \"none\"\n\
                [[regressor]]\nplugin = \"adit.ols\"\n\
                [[regressor]]\nplugin = \"adit.pls\"\ncomponents = [\"auto\", 4]\nrule = [\"minimum\", \"wold-r\"]\n";
    let recipes = expand(text).unwrap();
    assert_eq!(recipes.len(), 3 * 5);
    assert_eq!(recipes[0].name, "plain | filter window=3 | ols");
    assert_eq!(recipes[10].name, "ols");
    let last = &recipes[14].regressor;
    assert_eq!((last.components, last.rule), (Components::Fixed(4), Rule::WoldR));
    assert_eq!(recipes[14].name, "pls components=4 rule=wold-r");
}

#[test]
fn what_is_wrong_is_named_by_slot_choice_and_parameter() {
    let in_slot = |step: &str| {
        format!(
            "[[slot]]\nname = \"s\"\n[[slot.choice]]\nplugin = \"none\"\n[[slot.choice]]\n{step}\n{PLS}"
        )
    };
    let place = "slot 1 \"s\", choice 2 (adit.filter)";
    for (text, words) in [
        (in_slot("plugin = \"adit.filter\"\nwidth = 3"), &[place, "width", "window"][..]),
        (in_slot("plugin = \"adit.filter\"\nwindow = 3.5"), &[place, "window", "3.5"]),
        (
            in_slot("plugin = \"adit.filter\"\nwindow = [3, 500]"),
            &[place, "window", "500", "range"],
        ),
        (in_slot("plugin = \"adit.filter\"\nedge = [\"a\", \"c\"]"), &[place, "edge", "\"c\""]),
        (in_slot("plugin = \"adit.filter\"\nwindow = []"), &[place, "window", "empty"]),
        (in_slot("plugin = \"adit.filter\"\nb = 1"), &[place, "b", "bool"]),
        (in_slot("plugin = \"adit.range\"\nranges = 3"), &["adit.range", "ranges"]),
        (in_slot("plugin = \"adit.range\"\nnames = [1]"), &["adit.range", "names"]),
        (in_slot("plugin = \"adit.pls\""), &["choice 2 (adit.pls)", "is no step"]),
        (in_slot("plugin = \"none\"\nwindow = 3"), &["choice 2 (none)", "window"]),
        (format!("[[slot]]\nchoice = []\n{PLS}"), &["slot 1", "no choice"]),
        (format!("{PLS}lv = 3\n"), &["regressor (adit.pls)", "lv", "components"]),
        (format!("{PLS}targets = [\"joint\", \"separate\"]\n"), &["targets"]),
        (
            "[[regressor]]\nplugin = \"adit.pls\"\ntargets = \"joint\"\n\
             [[regressor]]\nplugin = \"adit.pls\"\n"
                .into(),
            &["targets is one for the whole search"],
        ),
        (format!("{PLS}components = [0]\n"), &["regressor (adit.pls)", "components"]),
        ("[regressor]\nplugin = \"adit.plain\"\n".into(), &["is no regressor"]),
        ("[[slot]]\n".into(), &["cannot be read"]),
        (format!("colour = 3\n{PLS}"), &["colour"]),
    ] {
        let e = expand(&text).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Usage, "{text}: {e}");
        for word in words {
            assert!(e.to_string().contains(word), "{word} is not in: {e}");
        }
    }
    let e = expand(&in_slot("plugin = \"adit.nix\"")).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Plugin);
    assert!(e.to_string().contains("slot 1 \"s\", choice 2 (adit.nix)"), "{e}");
}

#[test]
fn too_many_recipes_are_counted() {
    let list: Vec<String> = (1..=99).map(|v| v.to_string()).collect();
    let slot = format!(
        "[[slot]]\n[[slot.choice]]\nplugin = \"adit.filter\"\nwindow = [{}]\n",
        list.join(", ")
    );
    let e = expand(&format!("{}{PLS}", slot.repeat(3))).unwrap_err().to_string();
    assert!(e.contains("970299") && e.contains(&MOST_RECIPES.to_string()), "{e}");
    assert_eq!(expand(&format!("{}{PLS}", slot.repeat(2))).unwrap().len(), 99 * 99);
    // Steps that go together are counted before their rows are made.
    let step =
        format!("[[slot.choice.step]]\nplugin = \"adit.filter\"\nwindow = [{}]\n", list.join(", "));
    let together = format!("[[slot]]\n[[slot.choice]]\n{}{PLS}", step.repeat(5));
    let e = expand(&together).unwrap_err().to_string();
    assert!(e.contains("slot 1") && e.contains("970299"), "{e}");
}
