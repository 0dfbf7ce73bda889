/** Names for the demo account. Invented; phones and mail use ranges that reach nobody. */

interface DemoTexts {
	/** name, site, address */
	companies: [string, string, string][];
	/** first name, last name, mail box, position */
	people: [string, string, string, string][];
	leads: string[];
	tasks: string[];
}

export const DEMO: Record<'ru' | 'en', DemoTexts> = {
	ru: {
		companies: [
			['ООО «Северный причал»', 'sever.example', 'Санкт-Петербург, Портовая ул., 3'],
			['Гостиница «Берёзовая роща»', 'roscha.example', 'Тверь, Лесная ул., 18'],
			['Кофейня «Зерно»', 'zerno.example', 'Москва, Кофейный пер., 5'],
			['СтройГрад', 'stroygrad.example', 'Казань, Заводская ул., 40'],
			['Сеть «Уютный дом»', 'uyut.example', 'Екатеринбург, ул. Мира, 12'],
			['Архитектурное бюро «Линия»', 'liniya.example', 'Москва, Чертёжная ул., 7'],
			['Ресторан «Старый мельник»', 'melnik.example', 'Суздаль, Мельничная ул., 1'],
			['ТД «Опт-Мебель»', 'optmebel.example', 'Новосибирск, Складская ул., 22'],
		],
		people: [
			['Ольга', 'Петрова', 'petrova', 'Директор'], ['Сергей', 'Иванов', 'ivanov', 'Закупщик'], ['Елена', 'Кузнецова', 'kuznetsova', 'Управляющая'],
			['Дмитрий', 'Соколов', 'sokolov', 'Прораб'], ['Наталья', 'Морозова', 'morozova', 'Дизайнер'], ['Алексей', 'Волков', 'volkov', 'Архитектор'],
			['Татьяна', 'Зайцева', 'zaytseva', 'Шеф-повар'], ['Павел', 'Орлов', 'orlov', 'Коммерческий директор'], ['Юлия', 'Макарова', 'makarova', 'Дизайнер'],
			['Виктор', 'Андреев', 'andreev', 'Владелец'], ['Светлана', 'Романова', 'romanova', 'Частный клиент'], ['Михаил', 'Фёдоров', 'fedorov', 'Частный клиент'],
			['Ирина', 'Белова', 'belova', 'Менеджер'], ['Андрей', 'Комаров', 'komarov', 'Частный клиент'], ['Ксения', 'Гусева', 'guseva', 'Администратор'],
			['Роман', 'Титов', 'titov', 'Частный клиент'],
		],
		leads: [
			'Обеденный стол из дуба', 'Мебель для 12 номеров', 'Барная стойка', 'Опт: табуреты, 200 шт.', 'Кухонный гарнитур', 'Стеллажи для офиса',
			'Лестница в загородный дом', 'Опт: столешницы', 'Детская комната', 'Письменный стол на заказ', 'Витрины для кофейни', 'Опт: стулья «Венские»',
			'Гардеробная', 'Двери межкомнатные', 'Стойка администратора', 'Опт: полки настенные', 'Реставрация комода', 'Террасные столы',
			'Библиотека из ясеня', 'Опт: разделочные доски', 'Кровать двуспальная', 'Мебель для переговорной', 'Шкаф-купе', 'Опт: садовые скамьи',
			'Подоконники из массива', 'Стол для совещаний', 'Скамьи для ресторана', 'Опт: рамы для зеркал', 'Книжный шкаф', 'Журнальный столик', 'Беседка',
			'Опт: подставки под растения',
		],
		tasks: ['Позвонить и уточнить размеры', 'Отправить коммерческое предложение', 'Встреча в шоуруме', 'Согласовать договор', 'Напомнить об оплате', 'Уточнить адрес доставки', 'Показать образцы дерева'],
	},
	en: {
		companies: [
			['Harbor View LLC', 'harborview.example', 'Portland, 3 Dock St'],
			['Birch Grove Hotel', 'birchgrove.example', 'Burlington, 18 Forest Ave'],
			['Grain Coffee House', 'grain.example', 'Boston, 5 Roast Ln'],
			['BuildTown', 'buildtown.example', 'Chicago, 40 Factory Rd'],
			['Cozy Home Stores', 'cozyhome.example', 'Denver, 12 Union St'],
			['Line Architects', 'linearch.example', 'New York, 7 Draft St'],
			['Old Miller Restaurant', 'oldmiller.example', 'Salem, 1 Mill Rd'],
			['Bulk Furniture Trade', 'bulkfurniture.example', 'Dallas, 22 Depot St'],
		],
		people: [
			['Olivia', 'Parker', 'parker', 'Director'], ['Steven', 'Ivers', 'ivers', 'Buyer'], ['Helen', 'Knight', 'knight', 'House manager'],
			['Daniel', 'Falcon', 'falcon', 'Foreman'], ['Natalie', 'Frost', 'frost', 'Designer'], ['Alex', 'Wolfe', 'wolfe', 'Architect'],
			['Tanya', 'Hare', 'hare', 'Chef'], ['Paul', 'Eagleton', 'eagleton', 'Commercial director'], ['Julia', 'Mackay', 'mackay', 'Designer'],
			['Victor', 'Andrews', 'andrews', 'Owner'], ['Lana', 'Roman', 'roman', 'Private client'], ['Michael', 'Ford', 'ford', 'Private client'],
			['Irene', 'White', 'white', 'Manager'], ['Andrew', 'Comber', 'comber', 'Private client'], ['Xenia', 'Goss', 'goss', 'Receptionist'],
			['Ray', 'Tate', 'tate', 'Private client'],
		],
		leads: [
			'Oak dining table', 'Furniture for 12 rooms', 'Bar counter', 'Wholesale: 200 stools', 'Kitchen set', 'Office shelving',
			'Staircase for a country house', 'Wholesale: table tops', 'Nursery', 'Custom writing desk', 'Coffee shop display', 'Wholesale: Vienna chairs',
			'Walk-in closet', 'Interior doors', 'Reception desk', 'Wholesale: wall shelves', 'Dresser restoration', 'Terrace tables',
			'Ash library', 'Wholesale: cutting boards', 'Double bed', 'Meeting room furniture', 'Sliding wardrobe', 'Wholesale: garden benches',
			'Solid wood window sills', 'Conference table', 'Restaurant benches', 'Wholesale: mirror frames', 'Bookcase', 'Coffee table', 'Pergola',
			'Wholesale: plant stands',
		],
		tasks: ['Call and confirm the measurements', 'Send the quote', 'Showroom meeting', 'Agree on the contract', 'Remind about the payment', 'Confirm the delivery address', 'Show the wood samples'],
	},
};
