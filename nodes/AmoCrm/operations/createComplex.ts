import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { company } from '../entities/company';
import { contact } from '../entities/contact';
import { type Entity, inSentence } from '../entities/types';
import { named } from '../fields/fields';
import { customFieldsProperty } from '../fields/mapper';
import { optionIn } from '../fields/values';
import type { Mapping } from './mapping';
import { memberMappings, newMember, newMemberProperties } from './members';
import { idProperty, optionsProperty, readId } from './parameters';
import type { Operation, Run } from './types';
import { createProperties } from './newRecord';
import { draftFromParameters, writeRecords } from './write';

/** `POST /leads/complex` takes 50 leads, each with 40 custom fields per entity (core facts 3.8). */
const MAX_BATCH = 50;
const MAX_CUSTOM_FIELDS = 40;

/** Where the contact or company comes from. */
const MODES = [
	{ name: 'Create New', value: 'create', description: 'A new one from the fields below; none for an item without any of them' },
	{ name: 'Link Existing', value: 'existing', description: 'One that is in amoCRM already, which does not change' },
	{ name: 'None', value: 'none', description: 'The lead gets none' },
];

/** What goes along with the lead: each an existing one, or the fields of a new one. */
const MEMBERS = [contact, company];

/** The parameter that says where it comes from. */
const modeOf = ({ value }: Entity) => `${value}Mode`;

/** Creates a lead together with its contact and company, in one request for up to 50 items (core facts 5.5). */
export function createComplex(lead: Entity): Operation {
	// Their place is taken by the members.
	const taken = MEMBERS.map(({ collection: kind }) => `_embedded.${kind}`);
	const entity = { ...lead, fields: lead.fields.filter(({ key }) => !taken.includes(key)) };
	return {
		value: 'createComplex',
		name: 'Create with Contact and Company',
		action: 'Create a lead with its contact and company',
		description: 'Create a lead with its contact and company in one go; duplicate control may merge it into a known lead',
		properties: [...createProperties(entity), customFieldsProperty, ...MEMBERS.flatMap(memberProperties), optionsProperty([], 'rows')],
		writes: true,
		execute: async (run) => await createAll(run, entity),
	};
}

function memberProperties(entity: Entity): INodeProperties[] {
	const mode = modeOf(entity);
	const noun = inSentence(entity.displayName);
	const shownFor = (chosen: string) => ({ displayOptions: { show: { [mode]: [chosen] } } });
	return [
		{ displayName: entity.displayName, name: mode, type: 'options', options: MODES, default: 'create', description: `Which ${noun} the lead gets` },
		{
			...idProperty(entity),
			displayName: `Existing ${entity.displayName}`,
			// With an expression for the mode, n8n would demand it for new contacts too; the node itself does for known ones.
			required: false,
			...shownFor('existing'),
			description: `The ${noun} to link to the lead`,
		},
		...newMemberProperties(entity).map((property) => ({ ...property, ...shownFor('create') })),
	];
}

async function createAll(run: Run, entity: Entity): Promise<void> {
	const mappings = await memberMappings(run, MEMBERS);
	await writeRecords(run, {
		entity,
		mode: 'create',
		draftOf: (item, mapping) => {
			const draft = draftFromParameters(run, { entity, mode: 'create' }, item, mapping);
			const { body } = draft;
			assertFieldCount(entity, body);
			const embedded = { ...(body._embedded as IDataObject) };
			for (const [member, memberMapping] of mappings) {
				const record = memberBody(run, item, member, memberMapping);
				if (record) embedded[member.collection] = [record];
			}
			return { ...draft, body: { ...body, ...(Object.keys(embedded).length > 0 ? { _embedded: embedded } : {}) } };
		},
		verb: { method: 'POST', path: '/complex', sends: 'rows', answers: (body) => (Array.isArray(body) ? body.flatMap(answersByRequest) : []), atMost: MAX_BATCH },
		members: Object.fromEntries(MEMBERS.map((member) => [member.collection, member])),
	});
}

/** Leads that duplicate control put together have one answer with the `request_id` of each (core facts 5.5). */
function answersByRequest(answer: IDataObject | null): IDataObject[] {
	const ids = [answer?.request_id ?? []].flat() as string[];
	return ids.length > 0 ? ids.map((id) => ({ ...answer, request_id: id })) : [answer ?? {}];
}

function memberBody(run: Run, item: number, entity: Entity, mapping: Mapping): IDataObject | undefined {
	const mode = named(entity.displayName, () => optionIn(MODES, run.parameter(modeOf(entity), item, 'create')));
	if (mode === 'none') return undefined;
	if (mode === 'existing') return { id: readId(run, entity, item) };
	const body = newMember(run, item, entity, mapping);
	if (body) assertFieldCount(entity, body);
	return body;
}

function assertFieldCount(entity: Entity, body: IDataObject): void {
	const count = Array.isArray(body.custom_fields_values) ? body.custom_fields_values.length : 0;
	if (count > MAX_CUSTOM_FIELDS) {
		throw new UserError(`'Custom Fields': amoCRM takes at most ${MAX_CUSTOM_FIELDS} of the ${inSentence(entity.displayName)} here, not ${count}`);
	}
}
