import ArgumentParser
@main struct Oncofield: ParsableCommand {}
