import { SWITCHES } from '../../../emulator/switches';
import { expectGenerated } from '../generated';
import { SECTIONS } from './sections';
import { FILE, factsOf, fidelity, switchTests, testFiles } from './table';

const files = testFiles();
const facts = factsOf(files);

it('every section has a test, or says why it has none', () => {
	const tested = new Set(facts.map(({ section }) => section));
	const untested = Object.entries(SECTIONS).filter(([section, { untested: allowed }]) => !allowed && !tested.has(section));
	expect(untested.map(([section]) => section)).toEqual([]);
});

it('every test of a fact belongs to a known section', () => {
	expect(facts.filter(({ section }) => !SECTIONS[section])).toEqual([]);
});

it('every switch is set by a test, and belongs to a known section', () => {
	expect(Object.keys(SWITCHES).filter((name) => switchTests(name, files).length === 0)).toEqual([]);
	expect(Object.values(SWITCHES).filter(({ facts: section }) => !SECTIONS[section])).toEqual([]);
});

it('every test in the folder of facts names its section', () => {
	for (const { file, source } of files) {
		if (!file.startsWith('test/conformance/facts/')) continue;
		const tests = [...source.matchAll(/^\t*it[.(]/gm)].length;
		expect([file, factsOf([{ file, source }]).length]).toEqual([file, tests]);
	}
});

it('emulator/FIDELITY.md is up to date', () => expectGenerated(FILE, fidelity(files)));
