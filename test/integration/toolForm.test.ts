import type { INodeParameters } from 'n8n-workflow';

import { runNode } from './harness';
import type { World } from './world';
import { byId, FAST, openWorld } from './world';

/** Choices that decide what else the form has, filled by a model: n8n demands nothing of what belongs to other choices. */

let world: World;
let lead: number;
let contact: number;
beforeAll(async () => {
	world = await openWorld();
	const [one, other] = [await world.run({ resource: 'lead', operation: 'create', name: 'Deal' }), await world.run({ resource: 'contact', operation: 'create', name: 'Anna' })];
	[lead, contact] = [one, other].map(({ rows }) => Number(rows[0]?.json.id)) as [number, number];
});
afterAll(async () => await world.close());

const byModel = (name: string) => ({ __rl: true, mode: 'list', value: `={{ ${JSON.stringify(name)} }}` });

const asTool = async (parameters: INodeParameters) => await runNode({ account: world.account, parameters: { ...parameters, options: FAST }, asTool: true });

it.each(['Contact', ' contact ', 'contacts'])('links a lead with a %j', async (kind) => {
	const { rows, error } = await asTool({ resource: 'lead', operation: 'link', leadId: byId(lead), linkTo: byModel(kind), linkedId: byId(contact) });
	expect(error).toBeUndefined();
	expect(rows.map(({ json }) => json)).toEqual([{ id: lead, to_entity_type: 'contacts', to_entity_id: contact, linked: true }]);
});

it('creates or updates a contact by what the model names', async () => {
	const { rows, error } = await asTool({ resource: 'contact', operation: 'upsert', matchBy: byModel('Name'), name: 'Filled by a model' });
	expect(error).toBeUndefined();
	expect(rows[0]?.json).toMatchObject({ name: 'Filled by a model' });
});

it('says what is missing for the choice', async () => {
	const { error } = await asTool({ resource: 'lead', operation: 'link', leadId: byId(lead), linkTo: byModel('Product or List Element') });
	expect(error?.message).toContain("'List': '' is not an ID");
});

it('takes a choice that was saved as a text, also where the editor has spread that text beside the value of the model', async () => {
	for (const linkTo of ['contacts', { ...Array.from('leads'), value: '={{ "Contact" }}' }]) {
		const { rows, error } = await asTool({ resource: 'lead', operation: 'link', leadId: byId(lead), linkTo, linkedId: byId(contact) } as INodeParameters);
		expect(error).toBeUndefined();
		expect(rows[0]?.json).toMatchObject({ to_entity_type: 'contacts', linked: true });
	}
});
