//! That the module's stack ends above the machine: below a stack that lies lowest nothing would trap, and what lies there would change.

use anyhow::{Context as _, bail};
use stayd_wasm::STACK_END;
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// A function as far as the stack is concerned.
struct Function {
    /// What it takes of the stack, in bytes.
    frame: usize,
    calls: Vec<u32>,
    /// How deep the stack is with what it calls, once that is known; while it is being found out, none.
    depth: Depth,
}

#[derive(Clone, Copy)]
enum Depth {
    Unknown,
    Sought,
    Known(usize),
}

/// Fails unless the deepest chain of calls leaves the machine and its buffer alone. The module is that of the linker: the stack is lowest, its
/// pointer the first global, and each function with a frame begins by taking that off it.
pub(crate) fn fits(linked: &[u8]) -> anyhow::Result<()> {
    let mut top = None;
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(linked) {
        match payload? {
            Payload::GlobalSection(section) => {
                if let Some(global) = section.into_iter().next() {
                    top = constant(&global?.init_expr.get_operators_reader().read()?);
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    if let wasmparser::DataKind::Active { offset_expr, .. } = data?.kind {
                        let at = constant(&offset_expr.get_operators_reader().read()?);
                        if at < top {
                            bail!("there are statics at {at:?}, within the stack");
                        }
                    }
                }
            }
            Payload::ImportSection(_) => bail!("it imports something: functions are numbered otherwise"),
            Payload::CodeSectionEntry(body) => functions.push(function(&body)?),
            _ => {}
        }
    }
    let top = top.context("there is no stack")?;
    let mut deepest = 0;
    for at in 0..functions.len() {
        deepest = deepest.max(depth(&mut functions, at)?);
    }
    if deepest > top.saturating_sub(STACK_END) {
        bail!(
            "the stack begins at {top} and is {deepest} bytes deep, and the host's buffer ends at {STACK_END}"
        );
    }
    Ok(())
}

fn constant(operator: &Operator<'_>) -> Option<usize> {
    match operator {
        Operator::I32Const { value } => usize::try_from(*value).ok(),
        _ => None,
    }
}

fn function(body: &FunctionBody<'_>) -> anyhow::Result<Function> {
    let mut function = Function { frame: 0, calls: Vec::new(), depth: Depth::Unknown };
    let mut before = [None, None];
    for operator in body.get_operators_reader()? {
        let operator = operator?;
        match (&before, &operator) {
            ([Some(Operator::GlobalGet { global_index: 0 }), Some(frame)], Operator::I32Sub) => {
                let frame = constant(frame).context("a frame is of no fixed length")?;
                function.frame = function.frame.max(frame);
            }
            (_, Operator::Call { function_index }) => function.calls.push(*function_index),
            (_, Operator::CallIndirect { .. }) => bail!("who is called is not known before it runs"),
            _ => {}
        }
        let [_, last] = before;
        before = [last, Some(operator)];
    }
    Ok(function)
}

fn depth(functions: &mut [Function], at: usize) -> anyhow::Result<usize> {
    let function = functions.get_mut(at).context("it calls what it does not have")?;
    match function.depth {
        Depth::Known(depth) => return Ok(depth),
        Depth::Sought => bail!("it calls itself: the stack has no end"),
        Depth::Unknown => function.depth = Depth::Sought,
    }
    let frame = function.frame;
    let mut below = 0;
    for callee in core::mem::take(&mut function.calls) {
        below = below.max(depth(functions, usize::try_from(callee)?)?);
    }
    if let Some(function) = functions.get_mut(at) {
        function.depth = Depth::Known(frame + below);
    }
    Ok(frame + below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a stack from 4,096 down and a function whose frame is so many times 128 bytes, and which calls the function of that number.
    fn with_frame(frame: u8, calls: Option<u8>) -> Vec<u8> {
        let mut module =
            b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x06\x07\x01\x7f\x01\x41\x80\x20\x0b".to_vec();
        // No locals; global.get 0, i32.const, i32.sub, global.set 0.
        let mut body = vec![0, 0x23, 0, 0x41, 0x80, frame, 0x6b, 0x24, 0];
        body.extend(calls.into_iter().flat_map(|callee| [0x10, callee]));
        body.push(0x0b);
        let length = u8::try_from(body.len()).expect("a short body");
        module.extend([0x0a, length + 2, 1, length]);
        module.extend(body);
        module
    }

    #[test]
    fn a_stack_that_reaches_what_the_host_writes_is_refused() {
        fits(&with_frame(8, None)).expect("there is room");
        let error = fits(&with_frame(31, None)).expect_err("there is none");
        assert!(error.to_string().contains("3968 bytes deep"), "{error}");
    }

    #[test]
    fn a_function_that_calls_itself_is_refused() {
        let error = fits(&with_frame(1, Some(0))).expect_err("it has no end");
        assert!(error.to_string().contains("calls itself"), "{error}");
    }

    #[test]
    fn a_module_without_a_stack_is_refused() {
        fits(b"\0asm\x01\0\0\0").expect_err("it has none");
    }
}
