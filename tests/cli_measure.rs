//! The command line's measurements, `encode` and `decode`: they agree with one another and refuse bad files.
#![cfg(not(target_arch = "wasm32"))]

mod place;

use std::fs;

use place::{Place, SPEC, idx, lines};
use serde_json::Value;
use vae_playground::data::npy::{self, Array, Elements};

const PIXELS: usize = 30;

/// A place with a model that knows a little.
fn trained() -> Place {
    let place = Place::new();
    let train = "train --spec spec.json --data . --backend cpu --batch 16 --lr 1e-2 --json";
    place.good(&format!("{train} --epochs 20 --out m.safetensors"));
    place
}

fn json(text: &str) -> Value {
    lines(text).remove(0)
}

fn floats(rows: &Value) -> Vec<f32> {
    let rows = rows.as_array().unwrap().iter();
    rows.flat_map(|row| row.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32)).collect()
}

fn save(place: &Place, name: &str, shape: &[usize], values: &[f32]) {
    fs::write(place.path(name), npy::write(shape, values).unwrap()).unwrap();
}

/// A file of bytes as NumPy writes it.
fn save_bytes(place: &Place, name: &str, shape: &str, bytes: &[u8]) {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let head = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    fs::write(place.path(name), [&head, bytes].concat()).unwrap();
}

/// The test images in [0, 1] and their labels.
fn test_images(place: &Place) -> (Vec<f32>, Vec<u8>) {
    let images = fs::read(place.path("t10k-images-idx3-ubyte")).unwrap();
    let labels = fs::read(place.path("t10k-labels-idx1-ubyte")).unwrap();
    (images[16..].iter().map(|&b| f32::from(b) / 255.0).collect(), labels[8..].to_vec())
}

fn read(place: &Place, name: &str) -> (Vec<usize>, Vec<f32>) {
    let Array { shape, elements } = npy::parse(&fs::read(place.path(name)).unwrap()).unwrap();
    let Elements::Floats(values) = elements else { panic!("{name} holds bytes") };
    (shape, values)
}

#[test]
fn what_eval_measures_agrees_with_what_encode_and_decode_give() {
    let place = trained();
    let all = "--latent --knn 3 --quality --quadrature --iw 3000 --json";
    let e = json(&place.good(&format!("eval --model m.safetensors --data . --backend cpu {all}")));
    let number = |path: &str| e.pointer(path).unwrap().as_f64().unwrap();

    let encode = |name: &str| {
        let command = format!("encode --model m.safetensors --input {name} --backend cpu --json");
        json(&place.good(&command))
    };
    let found = encode("t10k-images-idx3-ubyte");
    assert_eq!((&found["n"], &found["latent"]), (&20.into(), &2.into()));
    let (mu, logvar) = (floats(&found["mu"]), floats(&found["logvar"]));
    assert_eq!((mu.len(), logvar.len()), (40, 40));

    let terms = mu.iter().zip(&logvar).map(|(m, l)| f64::from(0.5 * (m * m + l.exp() - 1.0 - l)));
    assert!((terms.sum::<f64>() / 20.0 - number("/kl")).abs() < 1e-4);
    let sum: f64 = e["latent"]["kl"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).sum();
    assert!((sum - number("/kl")).abs() < 1e-5);
    let ratios = e["latent"]["pca"]["ratio"].as_array().unwrap();
    assert!((ratios.iter().map(|v| v.as_f64().unwrap()).sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(number("/latent/active") <= 2.0);

    save(&place, "z.npy", &[20, 2], &mu);
    place.good("decode --model m.safetensors --z z.npy --out x.npy --backend cpu");
    let (shape, decoded) = read(&place, "x.npy");
    assert_eq!(shape, [20, PIXELS]);
    let (images, labels) = test_images(&place);
    let mse = images.iter().zip(&decoded).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>() / 600.0;
    assert!((number("/quality/mse") - mse).abs() < 1e-7);
    assert!((number("/quality/psnr_of_mean_mse") + 10.0 * mse.log10()).abs() < 1e-4);
    assert!(number("/quality/psnr") >= number("/quality/psnr_of_mean_mse"));
    assert!(e["quality"]["ssim"].is_null(), "6×5 pixels hold no window");

    let known = floats(&encode("train-images-idx3-ubyte")["mu"]);
    let right = mu.chunks(2).zip(&labels).filter(|(q, label)| {
        let distance = |i: usize| (known[2 * i] - q[0]).powi(2) + (known[2 * i + 1] - q[1]).powi(2);
        let mut order: Vec<usize> = (0..50).collect();
        order.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        let votes = |class: u8| order[..3].iter().filter(|&&i| (i % 10) as u8 == class).count();
        let most = (0..10).map(votes).max();
        (0..10).find(|&class| Some(votes(class)) == most) == Some(**label)
    });
    assert_eq!(number("/knn/accuracy"), right.count() as f64 / 20.0);
    assert_eq!((number("/knn/k"), number("/knn/train")), (3.0, 50.0));

    assert!(number("/quadrature/error") < 1e-3);
    let (exact, estimate) = (number("/quadrature/log_likelihood"), number("/iw/log_likelihood"));
    assert!((exact - estimate).abs() < 0.05, "{exact}, L_3000 {estimate}");
    assert!(exact > number("/elbo"));
}

#[test]
fn measurements_have_lines_of_their_own_and_fields_only_where_asked_for() {
    let place = trained();
    let eval = "eval --model m.safetensors --data . --backend cpu --binarize static --limit 7";
    let all = "--latent --knn 1 --quality --quadrature --points 64";
    let text = place.good(&format!("{eval} {all}"));
    assert_eq!(text.lines().count(), 5, "{text}");
    for (line, words) in text.lines().skip(1).zip([
        ["latent: ", "units active"],
        ["knn: ", "of 7 images"],
        ["quality: ", "dB"],
        ["quadrature: ", "65 points"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
    let plain = json(&place.good(&format!("{eval} --json")));
    let fields: Vec<&String> = plain.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["binarize", "elbo", "iw", "kl", "n", "recon"]);
    let some = json(&place.good(&format!("{eval} --quality --split train --json")));
    assert_eq!(some["n"], 7);
    assert!(some.get("quality").is_some() && some.get("latent").is_none());
    let one = json(&place.good(&format!("{eval} --latent --json").replace("--limit 7", "--limit 1")));
    assert!(one["latent"]["pca"].is_null(), "one image has no principal components");
}

#[test]
fn measurements_that_make_no_sense_are_refused() {
    let place = trained();
    let eval = "eval --model m.safetensors --data . --backend cpu --json";
    place.refused(&format!("{eval} --knn 0"), &["knn", "0"]);
    place.refused(&format!("{eval} --knn 51"), &["51", "50"]);
    place.refused(&format!("{eval} --knn 3 --split train"), &["knn", "test"]);
    place.refused(&format!("{eval} --points 99"), &["--quadrature"]);
    place.refused(&format!("{eval} --quadrature --points 3"), &["points", "3"]);
    fs::write(place.path("spec.json"), SPEC.replace("\"latent\": 2", "\"latent\": 3")).unwrap();
    place.good("train --spec spec.json --data . --backend cpu --steps 1 --out m3.safetensors --json");
    place.refused("eval --model m3.safetensors --data . --quadrature", &["quadrature", "3 latent"]);
}

#[test]
fn images_are_read_in_every_form() {
    let place = trained();
    let (images, _) = test_images(&place);
    let encode = |name: &str| {
        json(&place.good(&format!("encode --model m.safetensors --input {name} --backend cpu --json")))
    };
    let all = encode("t10k-images-idx3-ubyte");
    let first = &images[..2 * PIXELS];
    let levels: Vec<u8> = first.iter().map(|v| (v * 255.0).round() as u8).collect();
    for shape in [vec![2, PIXELS], vec![2, 6, 5], vec![2, 1, 6, 5]] {
        save(&place, "two.npy", &shape, first);
        let found = encode("two.npy");
        assert_eq!((&found["n"], &found["mu"][1]), (&2.into(), &all["mu"][1]), "{shape:?}");
    }
    save(&place, "one.npy", &[6, 5], &first[..PIXELS]);
    assert_eq!(encode("one.npy")["mu"][0], all["mu"][0]);
    save_bytes(&place, "bytes.npy", "2, 30", &levels);
    assert_eq!(encode("bytes.npy")["logvar"][0], all["logvar"][0]);

    for (kind, per_pixel) in
        [(png::ColorType::Grayscale, 1), (png::ColorType::Rgb, 3), (png::ColorType::Rgba, 4)]
    {
        let mut pixels: Vec<u8> = levels[..PIXELS].iter().flat_map(|&v| vec![v; per_pixel]).collect();
        if per_pixel == 4 {
            pixels.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
        }
        write_png(&place, "one.PNG", kind, (5, 6), &pixels);
        assert_eq!(encode("one.PNG")["mu"][0], all["mu"][0], "{kind:?}");
    }
    let text = place.good("encode --model m.safetensors --input two.npy --backend cpu");
    assert_eq!(text.lines().count(), 2);
    assert!(text.starts_with("image 0: mu ["), "{text}");
}

fn write_png(place: &Place, name: &str, kind: png::ColorType, size: (u32, u32), pixels: &[u8]) {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(kind);
    encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    fs::write(place.path(name), bytes).unwrap();
}

#[test]
fn logits_are_the_means_before_the_sigmoid() {
    let place = trained();
    save(&place, "z.npy", &[3, 2], &[0.0, 1.0, -2.0, 0.5, 3.0, -1.0]);
    let decode = "decode --model m.safetensors --z z.npy --backend cpu";
    place.good(&format!("{decode} --out mean.npy"));
    place.good(&format!("{decode} --out logits.npy --logits"));
    let ((shape, means), (same, logits)) = (read(&place, "mean.npy"), read(&place, "logits.npy"));
    assert_eq!((&shape, shape[0]), (&same, 3));
    for (mean, logit) in means.iter().zip(logits) {
        assert!((mean - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-5, "{mean} from {logit}");
    }
    place.refused(&format!("{decode} --out sheet.png --logits"), &[".npy", "logits"]);
}

#[test]
fn a_decoded_sheet_of_one_is_an_image_that_can_be_encoded() {
    let place = trained();
    save(&place, "z.npy", &[2], &[0.5, -1.0]);
    place.good("decode --model m.safetensors --z z.npy --out one.png --backend cpu");
    place.good("decode --model m.safetensors --z z.npy --out one.npy --backend cpu");
    let (shape, values) = read(&place, "one.npy");
    assert_eq!(shape, [1, PIXELS]);
    let rounded: Vec<f32> = values.iter().map(|v| (v * 255.0).round() / 255.0).collect();
    save(&place, "rounded.npy", &[PIXELS], &rounded);
    let encode =
        |name: &str| place.good(&format!("encode --model m.safetensors --input {name} --backend cpu --json"));
    assert_eq!(encode("one.png"), encode("rounded.npy"));
    save(&place, "z.npy", &[3, 2], &[0.0; 6]);
    place.good("decode --model m.safetensors --z z.npy --out sheet.png --backend cpu");
    assert!(place.path("sheet.png").exists());
}

#[test]
fn a_conditional_model_takes_labels_in_every_form() {
    let place = Place::new();
    fs::write(place.path("spec.json"), SPEC.replace("\"latent\": 2", "\"latent\": 2, \"classes\": 10"))
        .unwrap();
    place.good(
        "train --spec spec.json --data . --backend cpu --epochs 3 --lr 1e-2 --out m.safetensors --json",
    );
    let encode = "encode --model m.safetensors --input t10k-images-idx3-ubyte --backend cpu --json";
    place.refused(encode, &["labels"]);
    let right = place.good(&format!("{encode} --labels t10k-labels-idx1-ubyte"));
    let threes = place.good(&format!("{encode} --label 3"));
    assert_ne!(right, threes);
    assert_eq!(json(&right)["mu"][13], json(&threes)["mu"][13], "image 13 is a 3");
    save_bytes(&place, "labels.npy", "20,", &[3; 20]);
    assert_eq!(threes, place.good(&format!("{encode} --labels labels.npy")));
    save_bytes(&place, "labels.npy", "2,", &[3; 2]);
    place.refused(&format!("{encode} --labels labels.npy"), &["2 labels for 20"]);
    place.refused(&format!("{encode} --label 10"), &["label", "10"]);
    save(&place, "labels.npy", &[20], &[3.0; 20]);
    place.refused(&format!("{encode} --labels labels.npy"), &["labels.npy", "uint8"]);

    save(&place, "z.npy", &[2], &[0.0; 2]);
    let decode = "decode --model m.safetensors --z z.npy --backend cpu --out";
    place.refused(&format!("{decode} x.npy"), &["labels"]);
    let sheets = [1, 2].map(|label| {
        place.good(&format!("{decode} x.npy --label {label}"));
        read(&place, "x.npy")
    });
    assert_ne!(sheets[0], sheets[1]);
    let eval = "eval --model m.safetensors --data . --backend cpu --json";
    let e = json(&place.good(&format!("{eval} --latent --knn 1 --quality")));
    assert!(e["quality"]["mse"].as_f64().unwrap() > 0.0);
    place.refused(&format!("{eval} --quadrature"), &["conditional"]);
}

#[test]
fn files_that_do_not_fit_the_model_are_refused() {
    let place = trained();
    let encode = |name: &str, words: &[&str]| {
        place.refused(&format!("encode --model m.safetensors --input {name} --json"), words);
    };
    encode("missing.npy", &["missing.npy"]);
    save(&place, "wide.npy", &[2, 31], &[0.5; 62]);
    encode("wide.npy", &["wide.npy", "[2, 31]", "30"]);
    save(&place, "deep.npy", &[1, 2, 30], &[0.5; 60]);
    encode("deep.npy", &["[1, 2, 30]"]);
    fs::write(place.path("text.npy"), "0.5, 0.5").unwrap();
    encode("text.npy", &["text.npy", "NUMPY"]);
    let mut images = idx(3, &[1, 3, 3]);
    images.extend([7; 9]);
    fs::write(place.path("small-idx3-ubyte"), images).unwrap();
    encode("small-idx3-ubyte", &["9 pixels", "30"]);
    write_png(&place, "large.png", png::ColorType::Grayscale, (28, 28), &[9; 784]);
    encode("large.png", &["28×28", "5×6"]);
    write_png(&place, "red.png", png::ColorType::Rgb, (5, 6), &[255, 0, 0].repeat(PIXELS));
    encode("red.png", &["colour"]);
    fs::write(place.path("no.png"), "not a picture").unwrap();
    encode("no.png", &["no.png"]);
    save(&place, "bright.npy", &[1, 30], &[1.5; 30]);
    place.refused("encode --model m.safetensors --input bright.npy --backend cpu --json", &["1.5", "[0, 1]"]);

    save(&place, "z.npy", &[4, 3], &[0.0; 12]);
    let decode = "decode --model m.safetensors --z z.npy --out";
    place.refused(&format!("{decode} x.npy"), &["[4, 3]", "[n, 2]"]);
    place.refused(&format!("{decode} x.jpg"), &["x.jpg", ".png"]);
    place.refused(&format!("{decode} no/such/folder/x.npy"), &["folder"]);
    save_bytes(&place, "z.npy", "1, 2", &[0, 0]);
    place.refused(&format!("{decode} x.npy"), &["bytes"]);
    save(&place, "z.npy", &[1, 2], &[f32::NAN, 0.0]);
    place.refused(&format!("{decode} x.npy --backend cpu"), &["NaN"]);
    assert!(!place.path("x.npy").exists());
}
