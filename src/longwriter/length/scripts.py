"""Traditional and simplified Chinese: which of the two a text is in, and one spelling for both.

Other scripts are `language.script`'s. The pairs are the frequent characters of this kind of text that differ (about 600). Pure.
"""

TRADITIONAL = (
    "內億佔夠並們個這來說時為會過對學後沒國當還開問點無樣見經頭動長進兩從種現實氣師話間關電員體書車東馬張給愛親場萬門風題覺應聽讓業語義務幾數總寫讀頁詞節單與於請帶錢錯鐵銀鏡鐘鎮銷錄鋼闆闊閱陽陰陳隊際險隨隱"
    "難雲霧靈靜響項順須預領頻顏願類顧飛飯飲館驗驚魚鮮鳥鳴鳳麗麥黃齊齒龍龐龜緊繼續維綠網線練組細終結統絕綱編緣縣績織繪纖紀約紅純紙級紛紹絡舊舉藝藍蘭蘇處虛號蟲補裝裡複製規視覽觀觸計訂討訓記許設訪評詩詳認誌誠"
    "誤課調談論諸諾謀謂講謝證識譯議護變豐負財責貨貪貧費貿賀資賓賞賣質賴購贈贊趕趙跡軌軍軟較載輕輛輝輪輸轉農運達違遙遞遠適選遺邊郵鄉醫釋針釣鈴閃閉閒聞陸階雜雖離韓頂頑頓額顯飄養餓馮駕駛騎騙髮鬥鬧魯鴨黨嚴喚嗎"
    "嘆嚐園圍圓圖團執塊塵壓壞壯壽夢奪奮婦媽孫寧審寬導將專尋屬島峽崗帳幣幫幹庫廠廣廳彈強彎徑復態恆悶惡惱慘慣慮慶憂憑憶懷懶戀戰戲戶拋換損撥撿據擁擇擊擔擠擬擴擺攝攜敗敘敵斷晉暫曆曉極榮構樂樓標樹橋機檔檢權歡歲"
    "歷歸殘殺殼毀決沖況淚淨淺減渦測湯準溝溫滅滾滿漁漢漲漸潔潛潤澤濃濕濟濱瀾灑灣災烏煉煙煩煥熱營燈燒爭爲爺牆狀獎獨獲獸環產畢畫異療發盜盡監盤眾睜矚碼確禮禍禪稱積穩窩窮競筆築簡簽糧納紐緒緩縮罰罵羅習聖聯聲職肅"
    "腦腳膚臉臨興艱艷莊莖華葉蔣薩藥蘊蘆蝦蠟術衛裏襯訊訴詢試該誇誰誘諒謊謙豬貓貝貞貢貫貯貼貴貸賊賜賠賺賽趨躍踐蹤軀輔輩輯轟辦辭辯迴連週遊遷遲鄰鄭醜醬釀鈔鈕鉛錦鍋鍵鍛鎖閣闖隻雙雞飾駐騰驅驟鬆麵齡譽驕顫蒼橫瀏鍊"
    "臺淒涼裊鯨鱗"
)

SIMPLIFIED = (
    "内亿占够并们个这来说时为会过对学后没国当还开问点无样见经头动长进两从种现实气师话间关电员体书车东马张给爱亲场万门风题觉应听让业语义务几数总写读页词节单与于请带钱错铁银镜钟镇销录钢板阔阅阳阴陈队际险随隐"
    "难云雾灵静响项顺须预领频颜愿类顾飞饭饮馆验惊鱼鲜鸟鸣凤丽麦黄齐齿龙庞龟紧继续维绿网线练组细终结统绝纲编缘县绩织绘纤纪约红纯纸级纷绍络旧举艺蓝兰苏处虚号虫补装里复制规视览观触计订讨训记许设访评诗详认志诚"
    "误课调谈论诸诺谋谓讲谢证识译议护变丰负财责货贪贫费贸贺资宾赏卖质赖购赠赞赶赵迹轨军软较载轻辆辉轮输转农运达违遥递远适选遗边邮乡医释针钓铃闪闭闲闻陆阶杂虽离韩顶顽顿额显飘养饿冯驾驶骑骗发斗闹鲁鸭党严唤吗"
    "叹尝园围圆图团执块尘压坏壮寿梦夺奋妇妈孙宁审宽导将专寻属岛峡岗帐币帮干库厂广厅弹强弯径复态恒闷恶恼惨惯虑庆忧凭忆怀懒恋战戏户抛换损拨捡据拥择击担挤拟扩摆摄携败叙敌断晋暂历晓极荣构乐楼标树桥机档检权欢岁"
    "历归残杀壳毁决冲况泪净浅减涡测汤准沟温灭滚满渔汉涨渐洁潜润泽浓湿济滨澜洒湾灾乌炼烟烦焕热营灯烧争为爷墙状奖独获兽环产毕画异疗发盗尽监盘众睁瞩码确礼祸禅称积稳窝穷竞笔筑简签粮纳纽绪缓缩罚骂罗习圣联声职肃"
    "脑脚肤脸临兴艰艳庄茎华叶蒋萨药蕴芦虾蜡术卫里衬讯诉询试该夸谁诱谅谎谦猪猫贝贞贡贯贮贴贵贷贼赐赔赚赛趋跃践踪躯辅辈辑轰办辞辩回连周游迁迟邻郑丑酱酿钞钮铅锦锅键锻锁阁闯只双鸡饰驻腾驱骤松面龄誉骄颤苍横浏炼"
    "台凄凉袅鲸鳞"
)
"""Character by character those of `TRADITIONAL`."""
IN_BOTH = frozenset("后里云干斗丑几台于与复历准板制志回只松面征周游郁虫号万系并占")
"""Simplified forms that traditional texts have too, as characters of their own or in haste."""
_SIMPLE = str.maketrans(TRADITIONAL, SIMPLIFIED)
_TRADITIONAL = frozenset(TRADITIONAL)
_SIMPLIFIED = frozenset(SIMPLIFIED) - IN_BOTH


def simplified(text: str) -> str:
    """`text`, as long as before, with the traditional characters of the table in their simplified form."""
    return text.translate(_SIMPLE)


def is_traditional(text: str) -> bool:
    """Whether more of a Chinese text's characters are of the traditional script alone than of the simplified alone."""
    return sum(char in _TRADITIONAL for char in text) > sum(char in _SIMPLIFIED for char in text)
