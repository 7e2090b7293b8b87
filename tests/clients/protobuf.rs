//! A secret in Kubernetes' own encoding, which Helm sends: `k8s\0`, an envelope, and the object as protobuf.

use serde_json::{Map, Value, json};

/// The fields of a message that hold bytes, by number; numbers are passed over.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    fn number(bytes: &mut &[u8]) -> Option<u64> {
        let mut found = 0;
        for at in 0..10 {
            let (byte, rest) = bytes.split_first()?;
            *bytes = rest;
            found |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                return Some(found);
            }
        }
        None
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = number(&mut bytes)?;
        match key & 7 {
            0 => drop(number(&mut bytes)?),
            2 => {
                let length = usize::try_from(number(&mut bytes)?).ok()?;
                let (field, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                found.push((key >> 3, field));
            }
            _ => return None,
        }
    }
    Some(found)
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

/// A map's entries are messages of a key and a value.
fn entry(bytes: &[u8]) -> Option<(String, String)> {
    let of = fields(bytes)?;
    let part = |number| of.iter().find(|(known, _)| *known == number).map_or(&[][..], |(_, field)| field);
    Some((text(part(1))?, text(part(2))?))
}

/// A secret as JSON; none where it is something else.
pub fn secret(body: &[u8]) -> Option<Value> {
    let envelope = fields(body.strip_prefix(b"k8s\0")?)?;
    let (_, raw) = envelope.iter().find(|(number, _)| *number == 2)?;
    let (mut metadata, mut data, mut kind) = (json!({ "labels": {} }), Map::new(), String::new());
    for (number, field) in fields(raw)? {
        match number {
            1 => {
                for (number, field) in fields(field)? {
                    match number {
                        1 => metadata["name"] = text(field)?.into(),
                        11 => {
                            let (key, value) = entry(field)?;
                            metadata["labels"][key] = value.into();
                        }
                        _ => {}
                    }
                }
            }
            2 => {
                let (key, value) = entry(field)?;
                // As JSON has it: bytes in base64.
                let value = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, value);
                data.insert(key, value.into());
            }
            3 => kind = text(field)?,
            _ => {}
        }
    }
    Some(json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data, "type": kind }))
}
