#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <type_traits>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "commands.hpp"

namespace gyre::tool {

namespace {

std::string joined(std::vector<std::string> const& words, std::string_view between) {
  std::string sum;
  for (auto const& word : words) {
    if (!sum.empty()) sum += between;
    sum += word;
  }
  return sum;
}

CLI::App const& chosen_of(CLI::App const& app) {
  CLI::App const* at = &app;
  for (auto inner = at->get_subcommands(); !inner.empty(); inner = at->get_subcommands()) {
    at = inner.front();
  }
  return *at;
}

std::string listed(std::string sum, std::string const& name) {
  return sum.empty() ? name : sum + ", " + name;
}

std::string commands_of(CLI::App const& app) {
  std::string names;
  for (CLI::App const* c : app.get_subcommands([](CLI::App const*) { return true; })) {
    names = listed(std::move(names), c->get_name());
  }
  return names;
}

std::string options_of(CLI::App const& app) {
  std::string names;
  for (CLI::Option const* o : app.get_options()) names = listed(std::move(names), o->get_name());
  return names;
}

/// What is wrong with the command line: the thing, its value, what is allowed.
std::string explain(CLI::App const& app, CLI::ParseError const& e) {
  CLI::App const& chosen = chosen_of(app);
  bool const wants_command = !commands_of(chosen).empty();
  if (auto const rest = app.remaining(true); !rest.empty()) {
    std::string const first = in_quotes(rest.front());
    if (rest.front().size() > 1 && rest.front().front() == '-') {
      return "unknown option " + first + "; allowed: " + options_of(chosen);
    }
    if (wants_command) return "unknown command " + first + "; allowed: " + commands_of(chosen);
    return "unexpected argument " + first + "; allowed: " + options_of(chosen);
  }
  if (dynamic_cast<CLI::RequiredError const*>(&e) != nullptr) {
    for (CLI::Option const* o : chosen.get_options()) {
      if (!o->get_required() || o->count() != 0) continue;
      return o->get_name() + " is missing; allowed: " + o->get_type_name();
    }
    if (wants_command) return "a command is missing; allowed: " + commands_of(chosen);
  }
  std::string const text = e.what();
  if (dynamic_cast<CLI::ArgumentMismatch const*>(&e) != nullptr) {
    CLI::Option const* const o = chosen.get_option_no_throw(text.substr(0, text.find(':')));
    if (o != nullptr) {
      return o->get_name() + " has " + std::to_string(o->count()) + " values, allowed: one of " +
             o->get_type_name();
    }
  }
  return text;
}

std::string path_of(CLI::App const& app) {
  CLI::App const& chosen = chosen_of(app);
  if (&chosen == &app) return {};
  std::string path = chosen.get_name();
  for (CLI::App const* up = chosen.get_parent(); up != &app; up = up->get_parent()) {
    path = up->get_name() + " " + path;
  }
  return path;
}

/// The value must be one of these: "'x' is not allowed; allowed: a, b".
CLI::Validator one_of(std::vector<std::string> const& allowed) {
  return CLI::Validator(
      [allowed](std::string& value) -> std::string {
        if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return {};
        return in_quotes(value) + " is not allowed; allowed: " + joined(allowed, ", ");
      },
      {});
}

void add_option(CLI::App& to, cli_option const& o) {
  CLI::Option* const added = std::visit(
      [&](auto* target) {
        if constexpr (std::is_same_v<decltype(target), bool*>) {
          return to.add_flag(o.name, *target, o.text);
        } else {
          return to.add_option(o.name, *target, o.text);
        }
      },
      o.target);
  if (!o.allowed.empty()) {
    added->type_name(joined(o.allowed, "|"))->check(one_of(o.allowed));
  }
  if (!o.shown.empty()) added->type_name(o.shown == " " ? "" : o.shown);
  if (o.range) {
    added->check(CLI::Range(o.range->first, o.range->second).description({}));
  }
  if (o.required) added->required();
  if (o.values != 0) added->expected(o.values);
  if (!o.excludes.empty()) added->excludes(to.get_option(o.excludes));
}

void add_all(CLI::App& to, cli_command const& command, int& exit_code) {
  to.footer(command.footer);
  for (auto const& o : command.options) add_option(to, o);
  for (auto const& inner : command.commands) {
    add_all(*to.add_subcommand(inner.name, inner.text), inner, exit_code);
  }
  if (!command.commands.empty()) to.require_subcommand(1);
  if (command.run) {
    to.callback([&command, &exit_code] { exit_code = command.run(); });
  }
}

int parse_and_run(cli_command const& program, int argc, char const* const* argv) {
  CLI::App app(program.text, program.name);
  app.set_version_flag("--version", "gyre " + std::string(build_version()), "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  int exit_code = exit_ok;
  add_all(app, program, exit_code);
  try {
    app.parse(argc, argv);
  } catch (CLI::Success const& e) {
    return app.exit(e);  // help, version: on stdout
  } catch (CLI::ParseError const& e) {
    return complain(path_of(app), explain(app, e), exit_usage);
  }
  return exit_code;
}

}  // namespace

int run_command_line(cli_command const& program, int argc, char const* const* argv) {
  // A reader that goes away is a write error, which is reported, and not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  int exit_code = exit_failed;
  try {
    exit_code = parse_and_run(program, argc, argv);
    std::cout.flush();
  } catch (std::exception const& e) {
    exit_code = complain({}, e.what(), exit_failed);
  }
  bool const lost = std::ferror(stdout) != 0 || !std::cout;
  if (std::fflush(stdout) != 0 || lost) {
    std::string const why = errno != 0 ? std::strerror(errno) : "write error";
    complain({}, "standard output: " + why, exit_failed);
    if (exit_code == exit_ok) exit_code = exit_failed;
  }
  return exit_code;
}

}  // namespace gyre::tool
