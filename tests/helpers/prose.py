"""Honest prose to repeat, English and Chinese, written for these tests."""

ENGLISH = """\
The harbour at Vellin freezes from the edges inward. By the second week of December the fishing boats lie in a grey crust
as thick as a plank, and the boys of the lower town walk out over it to knock on the hulls, though their mothers forbid it.
Only the channel stays open, because the ferry breaks it twice a day with an iron bow that was forged in another century.

Marta Oln kept the ferry's books. She had inherited the desk from an uncle who could not add, and for eleven years she had
repaired his arithmetic one ledger at a time. Passengers paid in coin, in cheese, sometimes in promises; she recorded each
kind in ink of a different colour and never confused them. Green meant money. Brown meant cheese. Red was for promises, and
there was more red than she liked.

On the ninth of January a stranger bought passage with a violin. He laid the case on her counter as if it contained a
sleeping animal, asked whether she accepted instruments, and waited. Nobody had written a rule about instruments. Marta
opened the lid and saw that two strings were missing and that a label inside named a workshop in Cremona, which proved
nothing, since labels are cheaper than wood.

"One way or return?" she asked.

"That depends on what I find over there," he said.

She gave him a single ticket and locked the violin in the safe beside the petty cash. Then she took a fourth pen from the
drawer, a violet one that had dried out, and coaxed it back to life with hot water from the kettle.

Across the sound the mountains keep their snow until June. A road climbs from the landing stage through birch and then
through pine, passing a sawmill, a chapel without a roof, and finally the observatory whose dome no longer turns. Three
astronomers had lived there before the war. They measured variable stars and argued over a telegraph line about decimals
with colleagues in Leipzig, who usually turned out to be right. When funds ended, two departed; the third, Hallgrim Sand,
stayed on as caretaker of a telescope that pointed for ever at one patch of sky.

People supposed that he was waiting for something to drift into view. In truth he grew potatoes. The terrace below the dome
caught the sun, volcanic ash made the soil loose, and his harvest won prizes that he never collected. He slept badly, read
the newspapers a month late, and played chess by post with a prison chaplain in Hamburg until the chaplain stopped replying.

The stranger arrived after dusk with ice in his beard. He had been told of an old man who could tune a room by ear, who
heard in an empty hall which beam was cracked. Sand laughed and put soup on the stove. That had been his brother, he
explained, the organ builder, drowned off the cape with a cargo of pipes nineteen winters ago; divers still brought up
a flute or a trumpet now and then, and the museum paid by weight.

So the errand was finished before it began. They ate without hurry. Wind pressed against the shutters, and from somewhere
above them, inside the frozen machinery, came a hum so low that the spoons answered it. The visitor lifted his head. He
named the note. Sand, who had listened to that sound for half his life and taken it for his own blood, set down his bowl and
began, for the first time since the funeral, to ask questions about music.
"""

CHINESE = """\
渔港的冬天总是从岸边开始结冰。到了十二月中旬，木船全被冻在灰白的冰壳里，镇上的孩子偷偷踩着冰面走到船边，用拳头敲打船舷，
听里面传来空洞的回声。只有中间一条水道还开着，因为渡轮每天来回两趟，用一个世纪前铸成的铁头把冰撞碎。

马塔负责渡轮的账本。那张旧书桌是舅舅留下的，舅舅不会算术，她花了十一年才把从前的错误逐页改正。乘客有时付现钱，有时拿奶酪抵账，
还有人只留下一句承诺。她用三种颜色的墨水分别登记：绿色代表现钱，棕色代表奶酪，红色代表承诺，而红色总比她希望的更多。

正月初九，一个陌生人想用小提琴换船票。他把琴盒轻轻放在柜台上，仿佛里面睡着一只动物，然后问这里收不收乐器。规章里从来没有提到乐器。
马塔打开盒盖，看见断了两根弦，内壁贴着克雷莫纳某家作坊的标签，这说明不了什么，标签比木头便宜得多。

她卖给他一张单程票，把琴锁进保险柜，又从抽屉里翻出一支干透的紫色钢笔，用热水慢慢泡开。

海峡对岸的群山要到六月才化雪。公路从码头出发，穿过桦树林和松林，经过锯木厂、没有屋顶的小教堂，最后通到山顶的天文台。
战争以前，那里住着三位学者，他们测量变星的亮度，并通过电报同莱比锡的同行争论小数点后面的数字，结果多半是对方正确。
经费中断以后，两位先后离去，剩下的桑德留下来看守望远镜，而镜筒永远指向同一块天空。

邻居们以为他在等待某颗彗星，其实他在种土豆。圆顶下面的梯田阳光充足，火山灰让土壤变得松软，他的收成得过许多奖，却从未去领过。
他睡得很浅，读的是上个月的报纸，还跟汉堡一位监狱牧师通信下棋，直到牧师不再回信。

傍晚时分，陌生人带着满胡子的冰碴敲响大门。他听说山上有个老人，单凭耳朵就能判断空房间里哪根横梁开裂。桑德笑着把汤锅放上炉子，
告诉他那是自己的哥哥，造管风琴的匠人，十九年前连同一船铜管沉没在海角附近；潜水员至今偶尔捞起一支长笛或者小号，博物馆按斤收购。

于是这趟差事还没开始便结束了。两人安静地喝汤，寒风推着百叶窗，头顶冻住的齿轮深处传出极低的嗡鸣，连汤匙都跟着颤动。
客人抬起头，准确说出那个音的名字。桑德听了半辈子，一直当作自己血液流动的声音，此刻放下碗，第一次开始询问关于音乐的事情。
"""
FRENCH = (
    "Le matin, il est descendu dans la rue avec son chien et il a vu que la neige était tombée pendant la nuit. Elle ne "
    "savait pas si le facteur viendrait, mais elle attendait une lettre de sa sœur qui vivait dans le sud du pays. "
)
GERMAN = (
    "Am Morgen ging er mit dem Hund auf die Straße und sah, dass in der Nacht Schnee gefallen war. Sie wusste nicht, ob "
    "der Briefträger kommen würde, aber sie wartete auf einen Brief von der Schwester, die im Süden des Landes lebte. "
)
RUSSIAN = "Утром он вышел с собакой на улицу и увидел, что ночью выпал снег. Она не знала, придёт ли почтальон. "
JAPANESE = "朝、彼は犬と一緒に通りへ出て、夜のうちに雪が降ったことに気づいた。彼女は南に住む妹からの手紙を待っていた。"
ARABIC = "خرج في الصباح مع كلبه إلى الشارع ورأى أن الثلج قد سقط في الليل. لم تكن تعرف هل سيأتي ساعي البريد. "
