#pragma once

namespace gyre {

/// First in `main` of a program that uses `cuda_options::worker_process`: in a process that was
/// started to be such a worker it serves, and never returns; anywhere else it returns at once.
///
/// ```cpp
/// int main() {
///   gyre::serve_if_worker();
///   auto rt = gyre::runtime::create({.cuda = {.worker_process = true}});
/// ```
///
/// The worker is this same program, started anew: what `main` does before this call, and what
/// static objects do, it does as well.
void serve_if_worker();

}  // namespace gyre
