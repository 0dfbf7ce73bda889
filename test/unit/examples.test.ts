import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, IWorkflowBase } from 'n8n-workflow';

/** The examples, in Russian and in English: the same workflows, each with its own words. */

const folder = join(__dirname, '..', '..', 'examples');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as IWorkflowBase;
const noteOf = ({ nodes }: IWorkflowBase): string => String(nodes.find(({ type }) => type.endsWith('stickyNote'))?.parameters.content);

/** What n8n calls a first credential by itself. */
const CREDENTIAL = 'amoCRM (Kommo) account';

test('they are the same in both languages', () => {
	expect(files.length).toBeGreaterThan(5);
	expect(readdirSync(join(folder, 'en'))).toEqual(files);
});

describe.each(files)('%s', (file) => {
	const russian = read(file);
	const english = read('en', file);

	it('has a credential that n8n finds by its name, and says so', () => {
		for (const workflow of [russian, english]) {
			const references = workflow.nodes.flatMap(({ credentials = {} }) => Object.values(credentials));
			expect(new Set(references.map(({ id, name }) => JSON.stringify([id, name])))).toEqual(new Set([JSON.stringify([null, CREDENTIAL])]));
			expect(noteOf(workflow)).toContain(`\`${CREDENTIAL}\``);
		}
	});

	it('is Russian in Russian and English in English', () => {
		expect(JSON.stringify(english)).not.toMatch(/[а-яё]/i);
		expect([russian.name, noteOf(russian)]).toEqual([expect.stringMatching(/[а-яё]/i), expect.stringMatching(/[а-яё]/i)]);
	});

	it('is the same workflow in both', () => {
		const shape = ({ name, type, position, parameters }: INode) => ({ name, type, position, parameters: Object.keys(parameters) });
		expect(english.nodes.map(shape)).toEqual(russian.nodes.map(shape));
		expect(english.connections).toEqual(russian.connections);
	});
});
