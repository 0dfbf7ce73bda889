import type { IDataObject } from 'n8n-workflow';

import type { MergeRules } from '../../nodes/AmoCrm/fields/changes';
import { changesOf } from '../../nodes/AmoCrm/fields/changes';
import type { FieldDefinition } from '../../nodes/AmoCrm/fields/dictionaries';

const definition = (id: number, type: string, code: string | null = null): FieldDefinition => ({
	id,
	name: `Field ${id}`,
	type,
	code,
	sort: id,
	enums: [],
	requiredIn: 0,
	computed: false,
});

const RULES: MergeRules = {
	appendValues: true,
	appendTags: true,
	country: 'RU',
	definitions: [
		definition(1, 'text'),
		definition(2, 'multiselect'),
		definition(3, 'numeric'),
		definition(4, 'legal_entity'),
		definition(5, 'smart_address'),
		definition(6, 'chained_list'),
		definition(7, 'select'),
		definition(8, 'multitext', 'PHONE'),
	],
};

/** A record as amoCRM reads it back. */
const RECORD: IDataObject = {
	id: 10,
	name: 'Ann',
	price: 100,
	price_with_minor_units: 100.5,
	responsible_user_id: 9,
	custom_fields_values: [
		{ field_id: 1, field_code: null, field_type: 'text', values: [{ value: 'old' }] },
		{ field_id: 2, field_code: null, field_type: 'multiselect', values: [{ value: 'A', enum_id: 21, enum_code: null }, { value: 'B', enum_id: 22 }] },
		{ field_id: 3, field_code: null, field_type: 'numeric', values: [{ value: '1.50' }] },
		{ field_id: 4, field_code: null, field_type: 'legal_entity', values: [{ value: { name: 'Acme', vat_id: '77', kpp: null } }] },
		{ field_id: 5, field_code: null, field_type: 'smart_address', values: [{ value: 'Kazan', enum_id: 3, enum_code: 'city' }] },
		{ field_id: 6, field_code: null, field_type: 'chained_list', values: [{ catalog_id: 1, catalog_element_id: 2 }] },
		{ field_id: 7, field_code: null, field_type: 'select', values: [{ value: 'Website', enum_id: 71, enum_code: 'SITE' }] },
		{ field_id: 8, field_code: 'PHONE', field_type: 'multitext', values: [{ value: '8 912 345-67-89', enum_id: 81, enum_code: 'MOB' }] },
	],
	_embedded: { tags: [{ id: 1, name: 'VIP' }], companies: [{ id: 500 }] },
};

const field = (id: number, values: IDataObject[] | null) => ({ custom_fields_values: [{ field_id: id, values }] });
const phone = (...values: string[]) => ({
	custom_fields_values: [{ field_code: 'PHONE', values: values.map((value) => ({ value, enum_code: 'WORK' })) }],
});

describe('what the record has already is not written again', () => {
	it.each<[string, IDataObject]>([
		['a name', { name: 'Ann' }],
		['the exact price', { price: 100.5 }],
		['a text', field(1, [{ value: 'old' }])],
		['options in another order', field(2, [{ enum_id: 22 }, { enum_id: 21 }])],
		['one of the options', field(2, [{ enum_id: 22 }])],
		['a number written otherwise', field(3, [{ value: 1.5 }])],
		['a part of an object', field(4, [{ value: { name: 'Acme', vat_id: '77' } }])],
		['a part of an address', field(5, [{ value: 'Kazan', enum_code: 'city' }])],
		['a chained list', field(6, [{ catalog_id: 1, catalog_element_id: 2 }])],
		['an option by ID', field(7, [{ enum_id: 71 }])],
		['an option by label', field(7, [{ value: 'Website' }])],
		['an option by code', field(7, [{ enum_code: 'SITE' }])],
		['a phone written otherwise', phone('+7 (912) 345 67 89')],
		['a tag in other letters', { tags_to_add: [{ name: 'vip' }] }],
		['clearing an empty field', field(99, null)],
	])('%s', (_name, body) => {
		expect(changesOf(RECORD, { body, links: [] }, RULES)).toEqual({ body: {}, links: [], changed: [] });
	});

	it('a link that exists', () => {
		const link = (id: number) => ({ to_entity_id: id, to_entity_type: 'companies' });
		expect(changesOf(RECORD, { body: {}, links: [link(500)] }, RULES).changed).toEqual([]);
		expect(changesOf(RECORD, { body: {}, links: [link(501)] }, RULES)).toMatchObject({ links: [link(501)], changed: ['companies'] });
	});
});

describe('what is new is written', () => {
	it.each<[string, IDataObject, Partial<MergeRules>, IDataObject, string[]]>([
		['a name', { name: 'Anna', responsible_user_id: 9 }, {}, { name: 'Anna' }, ['name']],
		['a text', field(1, [{ value: 'new' }]), {}, field(1, [{ value: 'new' }]), ['Field 1']],
		['clearing a field', field(1, null), {}, field(1, null), ['Field 1']],
		['one more option', field(2, [{ enum_id: 23 }]), {}, field(2, [{ enum_id: 21 }, { enum_id: 22 }, { enum_id: 23 }]), ['Field 2']],
		['other options', field(2, [{ enum_id: 22 }]), { appendValues: false }, field(2, [{ enum_id: 22 }]), ['Field 2']],
		['another option', field(7, [{ enum_id: 72 }]), {}, field(7, [{ enum_id: 72 }]), ['Field 7']],
		['another element of a chained list', field(6, [{ catalog_id: 1, catalog_element_id: 3 }]), {}, field(6, [{ catalog_id: 1, catalog_element_id: 3 }]), ['Field 6']],
		['another part of an address', field(5, [{ value: 'Kazan', enum_code: 'state' }]), {}, field(5, [{ value: 'Kazan', enum_code: 'state' }]), ['Field 5']],
		['another key of an object', field(4, [{ value: { name: 'Acme', kpp: '1' } }]), {}, field(4, [{ value: { name: 'Acme', kpp: '1' } }]), ['Field 4']],
		[
			'one more phone, once',
			phone('+7 913 000-00-00', '8 913 000 00 00', '89123456789'),
			{},
			{
				custom_fields_values: [
					{ field_code: 'PHONE', values: [{ value: '8 912 345-67-89', enum_code: 'MOB' }, { value: '+7 913 000-00-00', enum_code: 'WORK' }] },
				],
			},
			['Field 8'],
		],
		['one more tag', { tags_to_add: [{ name: 'vip' }, { name: 'new' }] }, {}, { tags_to_add: [{ name: 'new' }] }, ['tags']],
		['other tags', { tags_to_add: [{ name: 'new' }] }, { appendTags: false }, { _embedded: { tags: [{ name: 'new' }] } }, ['tags']],
	])('%s', (_name, body, rules, expected, changed) => {
		expect(changesOf(RECORD, { body, links: [] }, { ...RULES, ...rules })).toEqual({ body: expected, links: [], changed });
	});
});
