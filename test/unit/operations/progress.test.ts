import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';

import { AmoCrmError } from '../../../nodes/AmoCrm/fields/errors';
import { executionData, nodeError, progressOf } from '../../../nodes/AmoCrm/operations/results';
import type { Results } from '../../../nodes/AmoCrm/operations/types';
import type { Failure } from '../../../nodes/AmoCrm/transport/types';

/** What became of one item: written, unchanged, lost on the way, refused, not begun, written but not linked. */
type Fate = 'w' | 'u' | '?' | 'x' | '-' | 'l';

const failure = (outcomeUnknown: boolean): Failure => ({ kind: 'server', message: 'amoCRM failed', advice: 'Look it up.', outcomeUnknown });

function resultsOf(fates: Fate[]): Results & { items: INodeExecutionData[] } {
	const results = { rows: new Map(), errors: new Map(), uploaded: new Map(), items: fates.map(() => ({ json: {} })) } as Results & { items: INodeExecutionData[] };
	fates.forEach((fate, item) => {
		if (fate === 'w' || fate === 'l') results.rows.set(item, [{ id: 100 + item }]);
		if (fate === 'u') results.rows.set(item, [{ id: 100 + item, action: 'unchanged' }]);
		if (fate === '?') results.errors.set(item, new AmoCrmError('lost', { failure: failure(true) }));
		if (fate === 'x' || fate === 'l') results.errors.set(item, new AmoCrmError('refused', { failure: failure(false) }));
		// What was not begun because of a lost one carries that one's failure.
		if (fate === '-') results.errors.set(item, new AmoCrmError('not begun', { failure: failure(true), isCollateral: true }));
	});
	return results;
}

it.each<[string, string]>([
	['xx', 'None of the 2 items was written.'],
	['x-', 'None of the 2 items was written.'],
	['x-u', 'None of the 3 items was written.'],
	['???', 'None of the 3 items is confirmed; items 0-2 may be saved.'],
	['?--', 'None of the 3 items is confirmed; item 0 may be saved.'],
	['x?-?', 'None of the 4 items is confirmed; items 1, 3 may be saved.'],
	['u?', 'None of the 2 items is confirmed; item 1 may be saved.'],
	['wx', 'Already written: 1 of 2 items (item 0; IDs 100).'],
	['wwx-', 'Already written: 2 of 4 items (items 0-1; IDs 100, 101).'],
	['w?', 'Already written: 1 of 2 items (item 0; IDs 100). Not confirmed, but perhaps saved: item 1.'],
	['w?-?xl', 'Already written: 2 of 6 items (items 0, 5; IDs 100, 105). Not confirmed, but perhaps saved: items 1, 3.'],
	['l-', 'Already written: 1 of 2 items (item 0; IDs 100).'],
])('%s: %s', (fates, expected) => {
	// Only where one item is at fault would the others get through.
	const advice = /[xl]/.test(fates) ? " To write the good items in spite of a bad one, set the node's 'On Error' to continue." : '';
	expect(progressOf(resultsOf([...fates] as Fate[]))).toBe(`${expected}${advice}`);
});

it('says nothing of a single item', () => {
	expect(progressOf(resultsOf(['?']))).toBe('');
});

it('never calls an item unwritten that may be saved, and counts every item once', () => {
	fc.assert(
		fc.property(fc.array(fc.constantFrom<Fate>('w', 'u', '?', 'x', '-', 'l'), { minLength: 2, maxLength: 30 }), (fates) => {
			const text = progressOf(resultsOf(fates));
			const written = fates.filter((fate) => fate === 'w' || fate === 'l').length;
			expect(text.includes('was written')).toBe(written === 0 && !fates.includes('?'));
			expect(text.includes('may be saved') || text.includes('perhaps saved')).toBe(fates.includes('?'));
			expect(/Already written: (\d+)/.exec(text)?.[1]).toBe(written === 0 ? undefined : String(written));
		}),
	);
});

const context = { getNode: () => ({ name: 'amoCRM', type: 'x' }) } as never;

it('the error of the node is the first faulty item, not one that suffers from it', () => {
	const mask = (text: string) => text;
	expect(nodeError({ ...resultsOf(['w', '-', '?', 'x']), context, mask }, true)).toMatchObject({ message: 'lost [item 2]', context: { itemIndex: 2 } });
	expect(nodeError({ ...resultsOf(['w', 'u']), context, mask }, true)).toBeUndefined();
});

it('no secret is in any text, wherever it came from', async () => {
	const secret = 'very-secret-token';
	const error = new AmoCrmError(`'Name': ${secret}`, { advice: secret, field: secret, details: { amoCrmErrors: [{ detail: secret }] } });
	const run = { ...resultsOf(['w', 'w']), errors: new Map([[1, error]]), context, mask: (text: string) => text.split(secret).join('***') };
	expect(JSON.stringify(await executionData(run))).not.toContain(secret);
	const { message, description } = nodeError(run, true) ?? {};
	expect(`${message} ${description}`).toMatch(/^'Name': \*\*\* \[item 1\] \*\*\* Already written/);
});

it('an end of many spaces and full stops is taken off', async () => {
	const run = { ...resultsOf(['x']), context, mask: (text: string) => text, errors: new Map([[0, new AmoCrmError(`Bad${' .'.repeat(100_000)}x${' .'.repeat(100_000)}`)]]) };
	const [row] = await executionData(run);
	expect(String(row?.json.error)).toMatch(/x \[item 0\]$/);
});
