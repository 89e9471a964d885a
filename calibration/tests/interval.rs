//! The interval against two independent ways: golden figures of a kernel PLS in Python (golden/intervals.py), and plain loops over
//! NIPALS.

mod common;

use adit_calibration::interval::Spread;
use adit_calibration::set::CalibrationSet;
use adit_calibration::{AnalytePrediction, Loaded, Model, Options, calibrate, predict};
use adit_host::Host;
use common::{Random, pls, set, slow, waters};
use serde_json::Value;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn close(got: f64, want: f64, scale: f64, what: &str) {
    assert!((got - want).abs() <= 1e-8 * scale, "{what}: {got} instead of {want}");
}

fn calibrated(set: &CalibrationSet, target: &str, host: &Host) -> Model {
    calibrate(set, &pls("", target), host, &Options::default()).unwrap()
}

/// Estimates of new rows, with an interval of 95 %.
fn estimates(model: &Model, new: &[Vec<f64>], host: &Host) -> Vec<AnalytePrediction> {
    let table = set(new, &vec![1.0; new.len()]).table;
    let loaded = Loaded::new(model.clone(), host).unwrap();
    let samples = predict(&loaded, &table, 0.95).unwrap();
    samples.into_iter().map(|mut s| s.analytes.remove(0)).collect()
}

#[test]
fn equals_the_kernel_recipe_in_python() {
    let host = adit_host::testing::host();
    let golden: Value = serde_json::from_str(include_str!("golden/intervals.json")).unwrap();
    for case in golden.as_array().unwrap() {
        let n = case["n"].as_u64().unwrap() as usize;
        let log10 = case["log10"].as_bool().unwrap();
        let x: Vec<Vec<f64>> = case["x"].as_array().unwrap().iter().map(numbers).collect();
        let mut set = set(&x[..n], &numbers(&case["y"]));
        let u = (case["u0"].as_f64().unwrap(), case["u1"].as_f64().unwrap());
        set.uncertainty.insert("Zn (total)".into(), u);
        let model =
            calibrated(&set, if log10 { "[target]\ntransform = \"log10\"" } else { "" }, &host);
        let zn = &model.analytes[0];
        assert_eq!(zn.components() as u64, case["components"].as_u64().unwrap());
        let scale = |name: &str| case["scales"][name].as_f64().unwrap();
        match zn.interval.unwrap().spread {
            Spread::Linear { s_m2, tau2, .. } => {
                close(s_m2, scale("s_m2"), scale("s_m2"), "s_m^2");
                close(tau2, scale("tau2"), scale("tau2"), "tau^2");
            }
            Spread::Log10 { s2 } => close(s2, scale("s2"), scale("s2"), "s^2"),
        }
        let (z, h) = (numbers(&case["z"]), numbers(&case["h"]));
        let (icp, truth) = (numbers(&case["half_icp"]), numbers(&case["half_true"]));
        for (i, p) in estimates(&model, &x[n..], &host).iter().enumerate() {
            let back = |v: f64| if log10 { v.log10() } else { v };
            let ends = p.unjudged.ends.unwrap();
            close(p.unjudged.z.unwrap(), z[i], 1.0, "z");
            close(p.leverage.unwrap(), h[i], 1.0, "h");
            close(back(ends.upper) - z[i], icp[i], icp[i], "half width against the ICP");
            close(z[i] - back(ends.lower_true), truth[i], icp[i], "half width against the truth");
        }
    }
}

/// Replicates: one sample in three has two rows.
#[test]
fn equals_plain_loops_with_replicates() {
    let host = adit_host::testing::host();
    for seed in 1..=3 {
        let mut random = Random(seed);
        let (mut x, mut y) = waters(&mut random, 12, 30);
        let mut units: Vec<usize> = (0..12).collect();
        for i in [1, 4, 7, 10] {
            x.push(x[i].iter().map(|v| v + 0.003 * random.normal()).collect());
            y.push(y[i]);
            units.push(i);
        }
        y.iter_mut().for_each(|v| *v += (0.02 + 0.1 * *v) * random.normal());
        let (new, _) = waters(&mut random, 4, 30);
        let mut set = set(&x, &y);
        set.replicates = true;
        set.table.ids = units.iter().map(|u| format!("s{u}")).collect();
        set.uncertainty.insert("Zn (total)".into(), (0.02, 0.05));
        let model = calibrated(&set, "", &host);
        // 12 samples: at most (11 - 2) / 2 components.
        let (a, want) = slow::interval(&slow::one_se, &x, &y, &units, 4, (0.02, 0.05), &new);
        assert_eq!(model.analytes[0].components(), a, "seed {seed}");
        let i = model.analytes[0].interval.unwrap();
        for (p, (z, icp, truth)) in estimates(&model, &new, &host).iter().zip(want) {
            let (got_icp, got_truth) = i.variances(p.unjudged.z.unwrap(), p.leverage.unwrap());
            close(p.unjudged.z.unwrap(), z, 1.0, "z");
            close(got_icp, icp, icp, "V_icp");
            close(got_truth, truth, icp, "V_true");
        }
    }
}

/// New ICP results of fresh samples fall inside the interval about as often as it says, also at 15 samples.
#[test]
fn covers_what_it_says_in_simulation() {
    let host = adit_host::testing::host();
    let mut random = Random(20);
    let (mut icp_inside, mut true_inside, mut all) = (0.0, 0.0, 0.0);
    for _ in 0..200 {
        let (x, c) = waters(&mut random, 25, 30);
        let mut measured = |c: f64| c + (0.02 + 0.05 * c) * random.normal();
        let y: Vec<f64> = c[..15].iter().map(|c| measured(*c)).collect();
        let new: Vec<f64> = c[15..].iter().map(|c| measured(*c)).collect();
        let mut set = set(&x[..15], &y);
        set.uncertainty.insert("Zn (total)".into(), (0.02, 0.05));
        let model = calibrated(&set, "", &host);
        for ((p, y), c) in estimates(&model, &x[15..], &host).iter().zip(&new).zip(&c[15..]) {
            let ends = p.unjudged.ends.unwrap();
            icp_inside += f64::from(u8::from(ends.lower <= *y && *y <= ends.upper));
            true_inside += f64::from(u8::from(ends.lower_true <= *c && *c <= ends.upper_true));
            all += 1.0;
        }
    }
    println!("{} of ICP results, {} of true values", icp_inside / all, true_inside / all);
    assert!((0.92..0.985).contains(&(icp_inside / all)), "{}", icp_inside / all);
    assert!((0.90..0.985).contains(&(true_inside / all)), "{}", true_inside / all);
}
